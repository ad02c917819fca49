import { Link } from 'wouter';
import { explain } from '../../app/api.js';

/** What shows at the address of a ticket that the viewer cannot see, or that could not be loaded. */
export function NoTicket({ number, error }: { number: number; error: unknown }) {
  const failed = error !== undefined && error !== null;
  return (
    <div className="screen-empty">
      <h1>{failed ? 'This did not work' : `There is no ticket #${number} for you`}</h1>
      <p>{failed ? explain(error) : 'It does not exist, was deleted, or is not for you to see.'}</p>
      <p>
        <Link href="/tickets">Back to the tickets</Link>
      </p>
    </div>
  );
}
