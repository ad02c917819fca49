import { mutate } from '../app/api.js';
import { usePerform } from '../app/perform.js';
import { refreshViewCounts } from '../app/view-counts.js';
import { RestoreTicketDocument } from '../generated/graphql.js';
import { Icon } from './icon.js';

interface RestoreTicketProps {
  readonly id: string;
  readonly number: number;
  readonly onRestored?: () => void;
}

/** A button that brings a deleted ticket back. */
export function RestoreTicket({ id, number, onRestored }: RestoreTicketProps) {
  const { busy, perform } = usePerform();
  const restore = async () => {
    const done = await perform(
      async () => (await mutate(RestoreTicketDocument, { id })).restoreTicket,
      `Ticket #${number} is back, with its comments.`,
    );
    if (!done) return;
    refreshViewCounts();
    onRestored?.();
  };
  return (
    <button
      type="button"
      className="button small"
      disabled={busy}
      onClick={() => void restore()}
      aria-label={`Restore #${number}`}
    >
      <Icon name="history" /> Restore
    </button>
  );
}
