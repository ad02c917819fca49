import { type RawBuilder, sql } from 'kysely';
import { NotificationKind, NotificationStatus } from './notification.entity.js';

/** The users' column that says whether they want mails of a kind. */
const WANTED: Readonly<Record<NotificationKind, string>> = {
  ASSIGNED: 'assignment_emails',
  UPDATED: 'update_emails',
  DIGEST: 'digest_emails',
  REPLIED: 'reply_emails',
  NEW_UNASSIGNED: 'queue_emails',
  MENTIONED: 'mention_emails',
};

/** Whether the user under an alias wants mails of a kind. */
export function wantsMail(user: string, kind: RawBuilder<unknown>): RawBuilder<boolean> {
  const cases = Object.values(NotificationKind).map(
    (each) => sql`when ${sql.lit(each)} then ${sql.ref(`${user}.${WANTED[each]}`)}`,
  );
  return sql`case ${kind} ${sql.join(cases, sql` `)} end`;
}

/** The statement that cancels the mails that wait for somebody about a ticket that they ignore from now on: all but those about mentions. */
export function cancelledByIgnoring(
  ticketId: RawBuilder<unknown>,
  userId: RawBuilder<unknown>,
  now: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`
    update notification n set status = 'CANCELLED', cancelled_at = ${now}, cancel_reason = 'UNSUBSCRIBED'
    where n.ticket_id = ${ticketId} and n.recipient_id = ${userId} and n.kind <> 'MENTIONED' and ${isCancellable('n', now)}`;
}

/** Whether the mail under an alias is pending and not leased: a leased one is being sent. */
export function isCancellable(notification: string, now: RawBuilder<unknown>): RawBuilder<boolean> {
  const [status, leaseExpiresAt] = [sql.ref(`${notification}.status`), sql.ref(`${notification}.lease_expires_at`)];
  return sql`${status} = ${sql.lit(NotificationStatus.SCHEDULED)} and (${leaseExpiresAt} is null or ${leaseExpiresAt} <= ${now})`;
}
