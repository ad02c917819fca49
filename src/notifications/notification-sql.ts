import { type RawBuilder, sql } from 'kysely';
import { NotificationKind, NotificationStatus } from './notification.entity.js';

/** Whether a user wants mails of a kind, by the user's settings. Digests are planned elsewhere. */
export function wantsMail(user: string, kind: RawBuilder<unknown>): RawBuilder<boolean> {
  const [assignments, updates] = [sql.ref(`${user}.assignment_emails`), sql.ref(`${user}.update_emails`)];
  return sql`case ${kind} when ${sql.lit(NotificationKind.ASSIGNED)} then ${assignments}
    when ${sql.lit(NotificationKind.UPDATED)} then ${updates} end`;
}

/** Whether a mail is still scheduled and no worker has claimed it: a claimed one is on its way. */
export function isCancellable(notification: string, now: RawBuilder<unknown>): RawBuilder<boolean> {
  const [status, claimedUntil] = [sql.ref(`${notification}.status`), sql.ref(`${notification}.claimed_until`)];
  return sql`${status} = ${sql.lit(NotificationStatus.SCHEDULED)} and (${claimedUntil} is null or ${claimedUntil} <= ${now})`;
}
