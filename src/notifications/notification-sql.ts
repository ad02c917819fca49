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

/** Whether the mail under an alias is pending and not leased: a leased one is being sent. */
export function isCancellable(notification: string, now: RawBuilder<unknown>): RawBuilder<boolean> {
  const [status, claimedUntil] = [sql.ref(`${notification}.status`), sql.ref(`${notification}.claimed_until`)];
  return sql`${status} = ${sql.lit(NotificationStatus.SCHEDULED)} and (${claimedUntil} is null or ${claimedUntil} <= ${now})`;
}
