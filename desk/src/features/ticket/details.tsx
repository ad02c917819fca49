import { type FormEvent, useState } from 'react';
import { useViewer } from '../../app/session-context.js';
import { type TicketDetailsFragment } from '../../generated/graphql.js';
import { Dialog } from '../../ui/dialog.js';
import { EditActions } from '../../ui/edit-actions.js';
import { TextArea } from '../../ui/field.js';
import { useKept } from '../../ui/use-kept.js';
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
  const [isOpen, setIsOpen] = useState(false);
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
        <button type="button" className="button small" onClick={() => setIsOpen(true)}>
          {details === null ? 'Add details…' : 'Edit the details…'}
        </button>
      )}
      {isOpen && <EditDetails ticket={ticket} onChange={onChange} onClose={() => setIsOpen(false)} />}
    </section>
  );
}

/** Details that somebody is writing, with the ticket that was on the screen when they began. */
interface Edit {
  readonly seen: TicketDetailsFragment;
  readonly text: string;
}

function EditDetails({ ticket, onChange, onClose }: DetailsProps & { readonly onClose: () => void }) {
  const viewer = useViewer();
  // Escape closes the dialog. What was written is there when it is opened again, unless the browser stores nothing.
  const [kept, keep] = useKept<Edit>(viewer.id, `details ${ticket.id}`);
  const [empty] = useState<Edit>(() => ({ seen: ticket, text: writtenDetails(ticket.details) }));
  const { seen, text } = kept ?? empty;
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const finish = () => {
    keep(null);
    onClose();
  };
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
    if (text === writtenDetails(seen.details) || (await onChange({ details: parsed.details }, seen))) finish();
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
          readOnly={busy}
          value={text}
          error={error}
          onChange={(event) => keep({ seen, text: event.target.value })}
        />
        <EditActions busy={busy} onCancel={finish} />
      </form>
    </Dialog>
  );
}
