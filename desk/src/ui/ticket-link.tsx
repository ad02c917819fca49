import { Link } from 'wouter';
import { type TicketLinkFragment } from '../generated/graphql.js';
import { StatusIcon, statusLabel } from './labels.js';

/** Another ticket, by status, title and number. */
export function TicketLink({ ticket: { number, title, status } }: { ticket: TicketLinkFragment }) {
  return (
    <Link href={`/tickets/${number}`} className="ticket-link">
      <StatusIcon status={status} />
      <span>
        <span className="visually-hidden">{statusLabel(status)}: </span>
        <bdi>{title}</bdi> <small className="soft">#{number}</small>
      </span>
    </Link>
  );
}
