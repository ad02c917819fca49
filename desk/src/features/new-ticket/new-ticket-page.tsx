import { useMutation } from '@apollo/client/react';
import { type FieldErrors, newId, resultOf, type TicketPriority, type TicketType } from '@docket/client';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { explain } from '../../app/api.js';
import { mayCreate } from '../../app/rights.js';
import { useViewer } from '../../app/session-context.js';
import { CreateTicketDocument } from '../../generated/graphql.js';
import { CheckBox, FormError, TextArea, TextField } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { Priority, PRIORITY_OPTIONS, TYPE_OPTIONS, typeLabel } from '../../ui/labels.js';
import { type Option, Picker } from '../../ui/picker.js';
import { findPeople, findProducts, NONE } from '../../ui/search-options.js';
import { tell } from '../../ui/toast.js';
import { useDraft } from '../../ui/use-draft.js';
import { useTitle } from '../../ui/use-title.js';
import { SimilarTickets } from './similar-tickets.js';
import './new-ticket.css';

const chosen = (id: string, option: Option): Option | null => (id === NONE ? null : option);

export function NewTicketPage() {
  useTitle('New ticket');
  if (mayCreate(useViewer())) return <NewTicketForm />;
  return (
    <div className="screen-empty">
      <h1>New ticket</h1>
      <p>Your account may not report tickets. Somebody who manages users can change that.</p>
    </div>
  );
}

function NewTicketForm() {
  const viewer = useViewer();
  const [, navigate] = useLocation();
  const [title, setTitle] = useDraft(viewer.id, 'new ticket, title');
  const [description, setDescription] = useDraft(viewer.id, 'new ticket, description');
  const [type, setType] = useState<TicketType>('BUG');
  const [priority, setPriority] = useState<TicketPriority>('MEDIUM');
  const [product, setProduct] = useState<Option | null>(null);
  const [assignee, setAssignee] = useState<Option | null>(null);
  const [isQuiet, setIsQuiet] = useState(false);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [send, { loading }] = useMutation(CreateTicketDocument);
  // With the id of the first try, a second one after a lost answer creates nothing twice.
  const ticketId = useRef(newId());
  const submit = async () => {
    if (loading) return;
    setErrors({});
    try {
      const { data } = await send({
        variables: {
          input: {
            id: ticketId.current,
            title,
            description,
            type,
            priority,
            productId: product?.id ?? null,
            assignedTo: assignee && { id: assignee.id },
            ...(isQuiet && { notify: false }),
          },
        },
      });
      if (!data) return;
      const result = resultOf(data.createTicket, ({ ticket }) => ticket);
      if (!result.ok) {
        setErrors(result.fields);
        return;
      }
      setTitle('');
      setDescription('');
      tell(`Ticket #${result.value.number} was sent.`);
      navigate(`/tickets/${result.value.number}`, { replace: true });
    } catch (failure) {
      setErrors({ '': explain(failure) });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void submit();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit();
  };

  return (
    <div className="new-ticket">
      <h1>New ticket</h1>
      {/* Ctrl+Enter sends from wherever the focus is in the form. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate>
        <TextField
          label="What is it about?"
          // The form is what somebody came here for.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          dir="auto"
          maxLength={200}
          placeholder="Printer on the second floor prints blank pages"
          value={title}
          error={errors['title']}
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextArea
          label="What happened?"
          rows={8}
          dir="auto"
          placeholder="What did you do, what did you expect, and what came instead?"
          value={description}
          error={errors['description']}
          onChange={(event) => setDescription(event.target.value)}
        />
        <div className="choices">
          <Picker
            label="Product"
            className="button"
            options={findProducts}
            selected={[product?.id ?? NONE]}
            onPick={(id, option) => setProduct(chosen(id, option))}
          >
            {product?.label ?? 'No product'} <Icon name="chevron" />
          </Picker>
          <Picker label="Type" className="button" options={TYPE_OPTIONS} selected={[type]} onPick={(id) => setType(id)}>
            {typeLabel(type)} <Icon name="chevron" />
          </Picker>
          <Picker
            label="Priority"
            className="button"
            options={PRIORITY_OPTIONS}
            selected={[priority]}
            onPick={(id) => setPriority(id)}
          >
            <Priority priority={priority} /> <Icon name="chevron" />
          </Picker>
          {viewer.role.canAssignTickets && (
            <Picker
              label="Assigned to"
              className="button"
              options={findPeople}
              selected={[assignee?.id ?? NONE]}
              onPick={(id, option) => setAssignee(chosen(id, option))}
            >
              {assignee?.label ?? 'Nobody assigned'} <Icon name="chevron" />
            </Picker>
          )}
        </div>
        {viewer.role.canManageTickets && (
          <CheckBox label="Do not notify" checked={isQuiet} disabled={loading} onChange={setIsQuiet} />
        )}
        <FormError>{errors[''] ?? errors['productId'] ?? errors['assignedTo']}</FormError>
        <div className="new-ticket-foot">
          <button type="submit" className="button primary" disabled={loading}>
            Send the ticket
          </button>
          <span className="soft">Your text is kept here until it is sent.</span>
        </div>
      </form>
      <SimilarTickets title={title} description={description} />
    </div>
  );
}
