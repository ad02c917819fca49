import { type MikroORM } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { type Clock } from '../common/clock.js';
import { epochMs } from '../database/db.js';
import { type NotificationKind } from './notification.entity.js';

/** Maximum number of mails in the window from one author to one recipient (docs/behaviour.md, "Mails"). */
const MAX_MAILS_PER_HOUR = 20;
const HOUR_MS = 3_600_000;
/** Retry time when all mails that count are being sent and none has left yet. */
const LOOK_AGAIN_MS = 60_000;
/** Maximum number of notifications in one mail; the rest goes with the next one. */
const MAX_NOTIFICATIONS_PER_MAIL = 100;
/** Namespace of the advisory lock; an arbitrary number. */
const LOCK = 0x4d_41_58;

/**
 * Boolean expression: whether a due notification `n` counts against its author's limit. Authors with canAssignTickets
 * have no limit. With several authors one of them is enough; the recipient's own changes are not mailed.
 */
export const IS_LIMITED = sql<boolean>`(n.kind <> 'DIGEST' and not exists (
  select from "user" a join role r on r.id = a.role_id
  where r.can_assign_tickets and a.id in (
    select n.actor_id where n.actor_id is not null
    union all
    select e.actor_id from ticket_event e
    where n.actor_id is null and e.ticket_id = n.ticket_id and e.created_at >= n.created_at
      and e.notified and e.actor_id <> n.recipient_id
  )
))`;

interface Waiting {
  readonly kind: NotificationKind;
  readonly actorId: string | null;
  readonly recipientId: string;
}

interface Allowance {
  readonly used: number;
  readonly oldestMs: number | null;
}

/**
 * Leases mails of authors who have a limit. Mails beyond it are postponed until an hour after the oldest mail that
 * counts; all that are postponed by then go in one mail with the first of them. `mailed_with` marks postponed rows. No
 * row is copied or dropped, only their times change.
 */
export class AuthorLimit {
  readonly #orm: MikroORM;
  readonly #clock: Clock;

  constructor(orm: MikroORM, clock: Clock) {
    this.#orm = orm;
    this.#clock = clock;
  }

  /**
   * The ids of those to be sent together, the given one first; empty when it is postponed, and for one without a limit:
   * it may have become due since the caller looked.
   * @param isDue for a notification `n`
   * @param lease leases these ids in the given transaction
   */
  async acquire(
    id: string,
    isDue: RawBuilder<boolean>,
    lease: (ids: readonly string[], run: <Row>(query: RawBuilder<Row>) => Promise<Row[]>) => Promise<string[]>,
  ): Promise<string[]> {
    return this.#orm.em.fork().transactional(async (em) => {
      const run = async <Row>(query: RawBuilder<Row>) => (await query.execute(em.getKysely<unknown>())).rows;
      const [waiting] = await run(sql<Waiting>`
        select n.kind, n.actor_id as "actorId", n.recipient_id as "recipientId"
        from notification n where n.id = ${id} and ${isDue} and ${IS_LIMITED}`);
      if (waiting === undefined) return [];
      // Serializes counting: two workers at once would both find room for one more.
      const pair = `${waiting.actorId ?? ''}:${waiting.recipientId}`;
      await run(sql`select pg_advisory_xact_lock(${sql.lit(LOCK)}, hashtext(${pair}))`);
      // Locked before the others: a write of several tickets may hold this mail and wait for theirs. It may also have cancelled
      // it, so it is read again.
      const [still] = await run(sql<{ id: string }>`
        select n.id from notification n where n.id = ${id} and ${isDue} and ${IS_LIMITED} for no key update`);
      if (still === undefined) return [];
      const { used, oldestMs } = await this.#allowance(run, waiting);
      if (used >= MAX_MAILS_PER_HOUR) {
        const now = this.#now();
        const again = oldestMs === null ? now + LOOK_AGAIN_MS : Math.min(oldestMs, now) + HOUR_MS;
        await run(sql`
          update notification n set retry_at = ${instant(again)}, mailed_with = coalesce(n.mailed_with, n.id)
          where n.id = any(array(
            select n.id from notification n where ${samePair(waiting)} and ${isDue} and ${IS_LIMITED} for no key update skip locked
          ))`);
        return [];
      }
      const others = await run(sql<{ id: string }>`
        select n.id from notification n
        where ${samePair(waiting)} and n.kind = ${waiting.kind} and n.mailed_with is not null and n.id <> ${id} and ${isDue}
        order by n.send_at, n.id limit ${MAX_NOTIFICATIONS_PER_MAIL - 1} for no key update skip locked`);
      return lease([id, ...others.map((other) => other.id)], run);
    });
  }

  /**
   * How many mails to the recipient were sent in the last hour or are being sent, and when the first of them was sent.
   */
  async #allowance(run: <Row>(query: RawBuilder<Row>) => Promise<Row[]>, waiting: Waiting): Promise<Allowance> {
    const now = this.#now();
    // A mail with several notifications counts once. A time of sending far in the future means that the clock was set
    // back: such mails do not count, as they would postpone others until then.
    const counted = sql`${samePair(waiting)} and n.kind <> 'DIGEST' and (n.mailed_with is null or n.mailed_with = n.id)`;
    const [allowance] = await run(sql<Allowance>`
      select count(*)::int as used, ${epochMs(sql`min(c.sent_at)`)} as "oldestMs" from (
        select n.sent_at from notification n where ${counted} and n.sent_at > ${instant(now - HOUR_MS)} and n.sent_at < ${instant(now + HOUR_MS)}
        union all
        select n.sent_at from notification n
        where ${counted} and n.sent_at is null and n.status = 'SCHEDULED' and n.lease_expires_at > ${instant(now)}
      ) c`);
    return allowance ?? { used: 0, oldestMs: null };
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function samePair({ actorId, recipientId }: Waiting): RawBuilder<boolean> {
  const byActor = actorId === null ? sql`n.actor_id is null` : sql`n.actor_id = ${actorId}`;
  return sql`n.recipient_id = ${recipientId} and ${byActor}`;
}

function instant(milliseconds: number): RawBuilder<unknown> {
  return sql`${new Date(milliseconds).toISOString()}::timestamptz`;
}
