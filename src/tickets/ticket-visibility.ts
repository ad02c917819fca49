import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { seesTicketOf } from './ticket-audience.js';
import { ticketVisibility } from './ticket.policy.js';

/** As `visibleTickets`; `deletedToo` includes deleted tickets, for viewers who asked for them and have the right. */
export function readableTickets(
  viewer: Viewer,
  alias: string,
  { deletedToo }: { deletedToo: boolean },
): RawBuilder<boolean> {
  const visibility = ticketVisibility(viewer);
  if (visibility === null) return sql`false`;
  const live = deletedToo ? sql<boolean>`true` : sql<boolean>`${sql.ref(`${alias}.deleted_at`)} is null`;
  if (visibility.all) return live;
  const own = visibility.ownOf;
  return sql`${live} and (${sql.ref(`${alias}.created_by_id`)} = ${own} or ${sql.ref(`${alias}.assigned_to_id`)} = ${own})`;
}

/**
 * Boolean expression over the ticket table under `alias`: the live tickets that the viewer may see. A WHERE clause and
 * not a filter over rows, so that pages are full, counts are right and hidden rows are never loaded. Statements that
 * lock tickets use it too: waiting for the lock of a hidden ticket would reveal that it exists.
 */
export function visibleTickets(viewer: Viewer, alias: string): RawBuilder<boolean> {
  return readableTickets(viewer, alias, { deletedToo: false });
}

/**
 * The same condition for a user under the alias `user` and their role under `role`, for statements about recipients of
 * mails. It must be equivalent to `ticketVisibility`.
 */
export function ticketsVisibleTo(user: string, role: string, alias: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const people = { createdById: column('created_by_id'), assignedToId: column('assigned_to_id') };
  return sql`${column('deleted_at')} is null and ${seesTicketOf(user, role, people)}`;
}

/** Whether `visibleTickets` leaves out deleted tickets only. */
export function seesEveryTicket(viewer: Viewer): boolean {
  return ticketVisibility(viewer)?.all === true;
}
