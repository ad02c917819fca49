import { newId, type Result, resultOf, type TicketPriority, type TicketType } from '@docket/client';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { mutate } from '../../app/api.js';
import { mayCreate } from '../../app/rights.js';
import { useViewer } from '../../app/session-context.js';
import { CreateTicketDocument, type TicketDetailsFragment } from '../../generated/graphql.js';
import { CheckBox, FormError, TextArea, TextField } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { Priority, PRIORITY_OPTIONS, TYPE_OPTIONS, typeLabel } from '../../ui/labels.js';
import { type Option } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';
import { findPeople, findProducts, NONE } from '../../ui/search-options.js';
import { onSendKey } from '../../ui/send-key.js';
import { tell } from '../../ui/toast.js';
import { useKept } from '../../ui/use-kept.js';
import { otherErrors, useSaving } from '../../ui/use-saving.js';
import { useTitle } from '../../ui/use-title.js';
import { SimilarTickets } from './similar-tickets.js';
import './new-ticket.css';

interface Choice {
  readonly id: string;
  readonly label: string;
}

interface Draft {
  /** With the id of the first try, a second one after a lost answer creates nothing twice. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly type: TicketType;
  readonly priority: TicketPriority;
  readonly product: Choice | null;
  readonly assignee: Choice | null;
}

const emptyDraft = (): Draft => ({
  id: newId(),
  title: '',
  description: '',
  type: 'BUG',
  priority: 'MEDIUM',
  product: null,
  assignee: null,
});

const chosen = ({ id, label }: Option): Choice | null => (id === NONE ? null : { id, label });

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
  const [empty] = useState(emptyDraft);
  const [kept, keep] = useKept<Draft>(viewer.id, 'new ticket');
  const draft = kept ?? empty;
  const { title, description, type, priority, product, assignee } = draft;
  const change = (part: Partial<Draft>) => keep({ ...draft, ...part });
  const [isQuiet, setIsQuiet] = useState(false);
  const { form, busy, errors, save, submit } = useSaving();
  const send = async (): Promise<Result<TicketDetailsFragment>> => {
    const input = {
      id: draft.id,
      title,
      description,
      type,
      priority,
      productId: product?.id ?? null,
      assignedTo: assignee && { id: assignee.id },
      ...(isQuiet && { notify: false }),
    };
    const result = resultOf((await mutate(CreateTicketDocument, { input })).createTicket, ({ ticket }) => ticket);
    if (!result.ok || (result.value.title === title.trim() && result.value.description === description.trim())) {
      return result;
    }
    // The answer to an earlier try was lost, and the ticket is another one since.
    change({ id: newId() });
    const message = `What you wrote before was sent after all, as #${result.value.number}. Send again if this is another ticket.`;
    return { ok: false, fields: { '': message }, errors: [] };
  };
  const done = ({ number }: TicketDetailsFragment) => {
    keep(null);
    tell(`Ticket #${number} was sent.`);
    navigate(`/tickets/${number}`, { replace: true });
  };

  return (
    <div className="new-ticket">
      <h1>New ticket</h1>
      {/* Ctrl+Enter sends from wherever the focus is in the form. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form
        ref={form}
        noValidate
        onSubmit={(event) => void submit(event, send, done)}
        onKeyDown={onSendKey(() => void save(send, done))}
      >
        <TextField
          label="What is it about?"
          // The form is what somebody came here for.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          dir="auto"
          maxLength={200}
          placeholder="Printer on the second floor prints blank pages"
          readOnly={busy}
          value={title}
          error={errors['title']}
          onChange={(event) => change({ title: event.target.value })}
        />
        <TextArea
          label="What happened?"
          rows={8}
          dir="auto"
          placeholder="What did you do, what did you expect, and what came instead?"
          readOnly={busy}
          value={description}
          error={errors['description']}
          onChange={(event) => change({ description: event.target.value })}
        />
        <div className="choices">
          <Picker
            label="Product"
            className="button"
            options={findProducts}
            selected={[product?.id ?? NONE]}
            onPick={(_id, option) => change({ product: chosen(option) })}
          >
            {product?.label ?? 'No product'} <Icon name="chevron" />
          </Picker>
          <Picker
            label="Type"
            className="button"
            options={TYPE_OPTIONS}
            selected={[type]}
            onPick={(id) => change({ type: id })}
          >
            {typeLabel(type)} <Icon name="chevron" />
          </Picker>
          <Picker
            label="Priority"
            className="button"
            options={PRIORITY_OPTIONS}
            selected={[priority]}
            onPick={(id) => change({ priority: id })}
          >
            <Priority priority={priority} /> <Icon name="chevron" />
          </Picker>
          {viewer.role.canAssignTickets && (
            <Picker
              label="Assigned to"
              className="button"
              options={findPeople}
              selected={[assignee?.id ?? NONE]}
              onPick={(_id, option) => change({ assignee: chosen(option) })}
            >
              {assignee?.label ?? 'Nobody assigned'} <Icon name="chevron" />
            </Picker>
          )}
        </div>
        {viewer.role.canManageTickets && (
          <CheckBox label="Do not notify" checked={isQuiet} disabled={busy} onChange={setIsQuiet} />
        )}
        <FormError>{otherErrors(errors, ['title', 'description'])}</FormError>
        <div className="new-ticket-foot">
          <button type="submit" className="button primary" disabled={busy}>
            Send the ticket
          </button>
          <span className="soft">Your text is kept here until it is sent.</span>
        </div>
      </form>
      <SimilarTickets title={title} description={description} />
    </div>
  );
}
