import { type FormEvent, useState } from 'react';
import { useViewer } from '../../app/session-context.js';
import { type TicketDetailsFragment } from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { EditActions } from '../../ui/edit-actions.js';
import { TextArea, TextField } from '../../ui/field.js';
import { PlainText } from '../../ui/plain-text.js';
import { Time } from '../../ui/time.js';
import { useKept } from '../../ui/use-kept.js';
import { type TicketChange } from './changed-fields.js';

interface TextsProps {
  readonly ticket: TicketDetailsFragment;
  /** Gives whether the change was made. The ticket is the one that was on the screen when the editing began. */
  readonly onChange?: OnChange;
}

type OnChange = (change: TicketChange, base: TicketDetailsFragment) => Promise<boolean>;

/** A change of the texts that is under way, with the ticket that was on the screen when it began. */
interface Edit {
  readonly seen: TicketDetailsFragment;
  readonly title: string;
  readonly description: string;
}

/** Title and description, and the form that changes them. */
export function Texts({ ticket, onChange }: TextsProps) {
  const viewer = useViewer();
  const [edit, setEdit] = useKept<Edit>(viewer.id, `edit ${ticket.id}`);
  if (edit && onChange) return <EditTexts edit={edit} onEdit={setEdit} onChange={onChange} />;
  const { title, description } = ticket;
  return (
    <>
      <h1 className="ticket-title" dir="auto">
        {title}
      </h1>
      <article className="comment description" aria-label="Description">
        <header className="comment-head">
          <Avatar name={ticket.createdBy.name} />
          <b dir="auto">{ticket.createdBy.name}</b>
          <span className="soft">
            <Time at={ticket.createdAt} />
          </span>
          {ticket.viewerCanEdit && onChange && (
            <span className="comment-actions">
              <button
                type="button"
                className="button quiet small"
                onClick={() => setEdit({ seen: ticket, title, description })}
              >
                Edit
              </button>
            </span>
          )}
        </header>
        <PlainText>{description}</PlainText>
      </article>
    </>
  );
}

interface EditTextsProps {
  readonly edit: Edit;
  /** Null when it is done. */
  readonly onEdit: (edit: Edit | null) => void;
  readonly onChange: OnChange;
}

function EditTexts({ edit, onEdit, onChange }: EditTextsProps) {
  const { seen, title, description } = edit;
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const change = {
      ...(title !== seen.title && { title }),
      ...(description !== seen.description && { description }),
    };
    if (Object.keys(change).length === 0 || (await onChange(change, seen))) onEdit(null);
    else setBusy(false);
  };
  return (
    <form className="edit-form" onSubmit={(event) => void save(event)}>
      <TextField
        label="Title"
        readOnly={busy}
        value={title}
        maxLength={200}
        dir="auto"
        onChange={(event) => onEdit({ ...edit, title: event.target.value })}
      />
      <TextArea
        label="Description"
        rows={10}
        dir="auto"
        readOnly={busy}
        value={description}
        onChange={(event) => onEdit({ ...edit, description: event.target.value })}
      />
      <EditActions busy={busy} onCancel={() => onEdit(null)} />
    </form>
  );
}
