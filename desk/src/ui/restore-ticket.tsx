import { useMutation } from '@apollo/client/react';
import { explain } from '../app/api.js';
import { refreshViewCounts } from '../app/view-counts.js';
import { RestoreTicketDocument } from '../generated/graphql.js';
import { Icon } from './icon.js';
import { tell, tellError } from './toast.js';

interface RestoreTicketProps {
  readonly id: string;
  readonly number: number;
  readonly onRestored?: () => void;
}

/** A button that brings a deleted ticket back. */
export function RestoreTicket({ id, number, onRestored }: RestoreTicketProps) {
  const [send, { loading }] = useMutation(RestoreTicketDocument, { variables: { id } });
  const restore = async () => {
    try {
      const message = (await send()).data?.restoreTicket.userErrors[0]?.message;
      if (message !== undefined) {
        tellError(message);
        return;
      }
      tell(`Ticket #${number} is back, with its comments.`);
      refreshViewCounts();
      onRestored?.();
    } catch (failure) {
      tellError(explain(failure));
    }
  };
  return (
    <button
      type="button"
      className="button small"
      disabled={loading}
      onClick={() => void restore()}
      aria-label={`Restore #${number}`}
    >
      <Icon name="history" /> Restore
    </button>
  );
}
