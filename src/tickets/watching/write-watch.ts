import { sql } from 'kysely';
import { cancelledByIgnoring } from '../../notifications/notification-sql.js';
import { type TicketTransaction } from '../ticket-transaction.js';
import { WatchState } from './watch-state.js';

/**
 * Sets whether a person watches or ignores a ticket. Ignoring it cancels their pending mails about it, except those about mentions.
 * The ticket must be locked: writes of tickets lock it, then watches and mails (docs/decisions/0011-order-of-locks.md).
 */
export async function writeWatch(
  tx: TicketTransaction,
  { ticketId, userId, state }: { readonly ticketId: string; readonly userId: string; readonly state: WatchState },
  now: string,
): Promise<void> {
  if (state === WatchState.DEFAULT) {
    await tx.run(sql`delete from ticket_watch where ticket_id = ${ticketId} and user_id = ${userId}`);
    return;
  }
  await tx.run(sql`
    insert into ticket_watch (ticket_id, user_id, state, created_at) values (${ticketId}, ${userId}, ${state}, ${now})
    on conflict (ticket_id, user_id) do update set state = excluded.state, created_at = excluded.created_at
    where ticket_watch.state <> excluded.state`);
  if (state === WatchState.WATCHING) return;
  await tx.run(sql`${cancelledByIgnoring(sql`${ticketId}`, sql`${userId}`, sql`${now}::timestamptz`)}`);
}
