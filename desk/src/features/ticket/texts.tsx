import { type FormEvent, useState } from 'react';
import { type TicketDetailsFragment } from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { TextArea, TextField } from '../../ui/field.js';
import { PlainText } from '../../ui/plain-text.js';
import { Time } from '../../ui/time.js';
import { type TicketChange } from './changed-fields.js';

interface TextsProps {
  readonly ticket: TicketDetailsFragment;
  /** Gives whether the change was made. The ticket is the one that was on the screen when the editing began. */
  readonly onChange?: OnChange;
}

type OnChange = (change: TicketChange, base: TicketDetailsFragment) => Promise<boolean>;

/** Title and description, and the form that changes them. */
export function Texts({ ticket, onChange }: TextsProps) {
  const [editing, setEditing] = useState<TicketDetailsFragment | null>(null);
  if (editing && onChange) return <EditTexts ticket={editing} onChange={onChange} onDone={() => setEditing(null)} />;
  return (
    <>
      <h1 className="ticket-title" dir="auto">
        {ticket.title}
      </h1>
      <article className="comment description" aria-label="Description">
        <header className="comment-head">
          <Avatar name={ticket.createdBy.name} />
          <b>{ticket.createdBy.name}</b>
          <span className="soft">
            <Time at={ticket.createdAt} />
          </span>
          {ticket.viewerCanEdit && onChange && (
            <span className="comment-actions">
              <button type="button" className="button quiet small" onClick={() => setEditing(ticket)}>
                Edit
              </button>
            </span>
          )}
        </header>
        <PlainText>{ticket.description}</PlainText>
      </article>
    </>
  );
}

interface EditTextsProps {
  readonly ticket: TicketDetailsFragment;
  readonly onChange: OnChange;
  readonly onDone: () => void;
}

function EditTexts({ ticket, onChange, onDone }: EditTextsProps) {
  const [title, setTitle] = useState(ticket.title);
  const [description, setDescription] = useState(ticket.description);
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const change = {
      ...(title !== ticket.title && { title }),
      ...(description !== ticket.description && { description }),
    };
    if (Object.keys(change).length === 0 || (await onChange(change, ticket))) onDone();
    else setBusy(false);
  };
  return (
    <form className="edit-form" onSubmit={(event) => void save(event)}>
      <TextField
        label="Title"
        value={title}
        maxLength={200}
        dir="auto"
        onChange={(event) => setTitle(event.target.value)}
      />
      <TextArea
        label="Description"
        rows={10}
        dir="auto"
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={busy}>
          Save
        </button>
      </div>
    </form>
  );
}
