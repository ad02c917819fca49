import { mutate } from '../app/api.js';
import { usePerform } from '../app/perform.js';
import { CancelMailDocument } from '../generated/graphql.js';

interface CancelMailProps {
  readonly id: string;
  readonly recipient: string;
  readonly onSettled?: () => void;
}

/**
 * A button that cancels a mail that waits. The mail stays in its list, cancelled: another one that came to its place
 * would be hit by the second click of a double click.
 */
export function CancelMail({ id, recipient, onSettled }: CancelMailProps) {
  const { busy, perform } = usePerform();
  const cancel = async () => {
    await perform(async () => (await mutate(CancelMailDocument, { id })).cancelNotification, 'The mail is cancelled.');
    onSettled?.();
  };
  return (
    <button
      type="button"
      className="button quiet small"
      disabled={busy}
      onClick={() => void cancel()}
      aria-label={`Cancel the mail to ${recipient}`}
    >
      Cancel
    </button>
  );
}
