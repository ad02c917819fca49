import { type MikroORM } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { type Clock } from '../common/clock.js';
import { epochMs } from '../database/db.js';
import { type NotificationKind } from './notification.entity.js';

/** Mails that one author may cause to one recipient (docs/behaviour.md, "Mails"). */
const MOST_AN_HOUR = 20;
const HOUR_MS = 3_600_000;
/** When all of them are on their way at this moment, and none has gone yet. */
const LOOK_AGAIN_MS = 60_000;
/** More than a mail should list; the rest goes with the next one. */
const MOST_TOGETHER = 100;
/** Any number of our own: the kind of lock. */
const LOCK = 0x4d_41_58;

/**
 * Boolean expression: whether a due notification `n` counts against its author's limit. Those who may assign tickets have
 * none. Of several authors together one who may is enough; the recipient's own changes are not told.
 */
export const IS_LIMITED = sql<boolean>`(n.kind <> 'DIGEST' and not exists (
  select from "user" a join role r on r.id = a.role_id
  where r.can_assign_tickets and a.id in (
    select n.actor_id where n.actor_id is not null
    union all
    select e.actor_id from ticket_event e
    where n.actor_id is null and e.ticket_id = n.ticket_id and e.created_at >= n.created_at
      and e.actor_id <> n.recipient_id
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
 * Takes up mails of authors who have a limit. What is beyond it waits until an hour has passed since the oldest mail that
 * counts; all that waits by then goes in one mail with the first of it. `told_with` marks what waits for that: nothing is
 * written twice and nothing is dropped, as the rows stay and only their times change.
 */
export class AuthorLimit {
  readonly #orm: MikroORM;
  readonly #clock: Clock;

  constructor(orm: MikroORM, clock: Clock) {
    this.#orm = orm;
    this.#clock = clock;
  }

  /**
   * The ids of those to be taken up together, the given one first; none when it has to wait.
   * @param isDue for a notification `n`
   * @param claim writes the claim of these ids in the transaction that it is given
   */
  async acquire(
    id: string,
    isDue: RawBuilder<boolean>,
    claim: (ids: readonly string[], run: <Row>(query: RawBuilder<Row>) => Promise<Row[]>) => Promise<string[]>,
  ): Promise<string[]> {
    return this.#orm.em.fork().transactional(async (em) => {
      const run = async <Row>(query: RawBuilder<Row>) => (await query.execute(em.getKysely<unknown>())).rows;
      const [waiting] = await run(sql<Waiting>`
        select n.kind, n.actor_id as "actorId", n.recipient_id as "recipientId"
        from notification n where n.id = ${id} and ${isDue}`);
      if (waiting === undefined) return [];
      // Two workers that count at the same time would both find room for one.
      const pair = `${waiting.actorId ?? ''}:${waiting.recipientId}`;
      await run(sql`select pg_advisory_xact_lock(${sql.lit(LOCK)}, hashtext(${pair}))`);
      const { used, oldestMs } = await this.#allowance(run, waiting);
      if (used >= MOST_AN_HOUR) {
        const now = this.#now();
        const again = oldestMs === null ? now + LOOK_AGAIN_MS : Math.min(oldestMs, now) + HOUR_MS;
        await run(sql`
          update notification n set retry_at = ${instant(again)}, told_with = coalesce(n.told_with, n.id)
          where ${samePair(waiting)} and ${isDue}`);
        return [];
      }
      const others = await run(sql<{ id: string }>`
        select n.id from notification n
        where ${samePair(waiting)} and n.kind = ${waiting.kind} and n.told_with is not null and n.id <> ${id} and ${isDue}
        order by n.send_at, n.id limit ${MOST_TOGETHER - 1} for update skip locked`);
      return claim([id, ...others.map((other) => other.id)], run);
    });
  }

  /** How many mails went to the recipient in the last hour or are on their way, and when the first of them went. */
  async #allowance(run: <Row>(query: RawBuilder<Row>) => Promise<Row[]>, waiting: Waiting): Promise<Allowance> {
    const now = this.#now();
    // A mail that told several counts once. What was sent far in the future was sent before the clock was set back: it
    // would keep others waiting until then.
    const counted = sql`${samePair(waiting)} and n.kind <> 'DIGEST' and (n.told_with is null or n.told_with = n.id)`;
    const [allowance] = await run(sql<Allowance>`
      select count(*)::int as used, ${epochMs(sql`min(c.sent_at)`)} as "oldestMs" from (
        select n.sent_at from notification n where ${counted} and n.sent_at > ${instant(now - HOUR_MS)} and n.sent_at < ${instant(now + HOUR_MS)}
        union all
        select n.sent_at from notification n
        where ${counted} and n.sent_at is null and n.status = 'SCHEDULED' and n.claimed_until > ${instant(now)}
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
