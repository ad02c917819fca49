import { type FormEvent, useState } from 'react';
import { useViewer } from '../../app/session-context.js';
import { type TicketDetailsFragment } from '../../generated/graphql.js';
import { Dialog } from '../../ui/dialog.js';
import { TextArea } from '../../ui/field.js';
import { type TicketChange } from './changed-fields.js';
import { memberText, parseDetails, writtenDetails } from './details-json.js';

interface DetailsProps {
  readonly ticket: TicketDetailsFragment;
  /** Gives whether the change was made. The ticket is the one that was on the screen when the editing began. */
  readonly onChange: (change: TicketChange, base: TicketDetailsFragment) => Promise<boolean>;
}

/** What other systems know of the ticket. Staff may add it by hand. */
export function Details({ ticket, onChange }: DetailsProps) {
  const viewer = useViewer();
  const [editing, setEditing] = useState<TicketDetailsFragment | null>(null);
  const { details, viewerCanEdit } = ticket;
  const canAdd = viewerCanEdit && viewer.role.canManageTickets;
  if (details === null && !canAdd) return null;
  return (
    <section aria-label="Details" className="side-section">
      {details !== null && (
        <>
          <h2>Details</h2>
          <dl className="details">
            {Object.entries(details).map(([name, value]) => (
              <div key={name}>
                <dt dir="auto">{name}</dt>
                <dd dir="auto">{memberText(value)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {(details === null ? canAdd : viewerCanEdit) && (
        <button type="button" className="button small" onClick={() => setEditing(ticket)}>
          {details === null ? 'Add details…' : 'Edit the details…'}
        </button>
      )}
      {editing && <EditDetails ticket={editing} onChange={onChange} onClose={() => setEditing(null)} />}
    </section>
  );
}

function EditDetails({ ticket, onChange, onClose }: DetailsProps & { readonly onClose: () => void }) {
  const [text, setText] = useState(() => writtenDetails(ticket.details));
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const parsed = parseDetails(text);
    if (!parsed.ok) {
      setError(parsed.message);
      return;
    }
    setBusy(true);
    setError(undefined);
    if (text === writtenDetails(ticket.details) || (await onChange({ details: parsed.details }, ticket))) onClose();
    else setBusy(false);
  };
  return (
    <Dialog title="Details" wide onClose={onClose}>
      <form className="edit-form" onSubmit={(event) => void save(event)}>
        <TextArea
          label="A JSON object"
          hint="Whatever else belongs to the ticket, for programs and people. Empty takes it away."
          rows={12}
          spellCheck={false}
          value={text}
          error={error}
          onChange={(event) => setText(event.target.value)}
        />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={busy}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}
