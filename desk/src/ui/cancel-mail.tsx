import { useMutation } from '@apollo/client/react';
import { explain } from '../app/api.js';
import { CancelMailDocument } from '../generated/graphql.js';
import { tell, tellError } from './toast.js';

interface CancelMailProps {
  readonly id: string;
  readonly recipient: string;
  readonly onCancelled?: () => void;
}

/**
 * A button that cancels a mail that waits. The mail stays in its list, cancelled: another one that came to its place
 * would be hit by the second click of a double click.
 */
export function CancelMail({ id, recipient, onCancelled }: CancelMailProps) {
  const [send, { loading }] = useMutation(CancelMailDocument, { variables: { id } });
  const cancel = async () => {
    try {
      const message = (await send()).data?.cancelNotification.userErrors[0]?.message;
      if (message === undefined) tell('The mail is cancelled.');
      else tellError(message);
      onCancelled?.();
    } catch (failure) {
      tellError(explain(failure));
    }
  };
  return (
    <button
      type="button"
      className="button quiet small"
      disabled={loading}
      onClick={() => void cancel()}
      aria-label={`Cancel the mail to ${recipient}`}
    >
      Cancel
    </button>
  );
}
