import { Dialog } from '../../ui/dialog.js';
import { changedFields } from './changed-fields.js';
import { type Conflict } from './use-update-ticket.js';

/** Shows both versions of what two people changed at once. Nothing is lost: the person decides. */
export function ConflictDialog({ conflict: { change, theirs, decide } }: { conflict: Conflict }) {
  return (
    <Dialog title="Somebody changed this meanwhile" wide onClose={() => decide('later')}>
      <p>Nothing of yours was saved yet. These are the two versions.</p>
      {changedFields(change).map(({ label, text, textOf }) => (
        <section key={label} className="versions" aria-label={label}>
          <div>
            <h3>{label} now</h3>
            <p className="version" dir="auto">
              {text(theirs)}
            </p>
          </div>
          <div>
            <h3>{label}, yours</h3>
            <p className="version mine" dir="auto">
              {textOf(change)}
            </p>
          </div>
        </section>
      ))}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => decide('theirs')}>
          Keep theirs
        </button>
        <button type="button" className="button primary" onClick={() => decide('mine')}>
          Use mine
        </button>
      </div>
    </Dialog>
  );
}
