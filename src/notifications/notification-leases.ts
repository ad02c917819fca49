import { type RawBuilder, sql } from 'kysely';
import { type Clock } from '../common/clock.js';
import { type Row } from '../database/row.js';
import { epochMs, type Db } from '../database/db.js';
import { newId } from '../common/id.js';
import { queueOf } from '../tickets/ticket-audience.js';
import { idFrom } from '../tickets/enqueued-mails.sql.js';
import { type AuthorLimit, IS_LIMITED } from './author-limit.js';
import { type DigestCoverage } from './notification-mail.js';
import { Notification, type NotificationCancelReason, NotificationStatus } from './notification.entity.js';

/**
 * Duration of a lease. A worker renews it while it sends, as a slow mail server may take minutes; the mails of a dead
 * worker are free after this time.
 */
const LEASE_MS = 30_000;
export const RENEW_EVERY_MS = 10_000;

export type NotificationRow = Row<Notification>;

/** The outcome of an attempt. A mail that is still SCHEDULED is retried at its time, by any worker. */
export type Outcome =
  /**
   * `mailedWith`: the first of several notifications of one mail, each about another ticket. `digest`: the tickets that the next digest must not
   * repeat.
   */
  | {
      readonly status: NotificationStatus.SENT;
      readonly mailedWith: string | null;
      readonly digest: DigestCoverage | null;
    }
  | { readonly status: NotificationStatus.CANCELLED; readonly reason: NotificationCancelReason | null }
  | { readonly status: NotificationStatus.FAILED; readonly reason: string }
  | { readonly status: NotificationStatus.SCHEDULED; readonly reason: string; readonly retryInMs?: number };

/**
 * Leases of mails: which are due, and which worker sends one. At most one worker holds a lease, whatever the job store
 * does.
 */
export class NotificationLeases {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #limit: AuthorLimit;

  constructor(db: Db, clock: Clock, limit: AuthorLimit) {
    this.#db = db;
    this.#clock = clock;
    this.#limit = limit;
  }

  /** The time by which mails are due. */
  now(): Date {
    return this.#clock.now();
  }

  /** The first of the mails that are due and not leased. */
  async due(limit: number): Promise<{ id: string }[]> {
    return this.#db.all(
      sql<{ id: string }>`select n.id from notification n where ${this.#isDue()} order by n.send_at limit ${limit}`,
    );
  }

  /** The first of those that become due within the given milliseconds, and when. */
  async upcoming(withinMs: number, limit: number): Promise<{ id: string; at: Date }[]> {
    const soon = await this.#db.all(sql<{ id: string; atMs: number }>`
      select id, ${epochMs(sql`greatest(send_at, retry_at)`)} as "atMs" from notification
      where status = 'SCHEDULED' and send_at <= ${this.#in(withinMs)}
        and greatest(send_at, retry_at) > ${this.#now()} and greatest(send_at, retry_at) <= ${this.#in(withinMs)}
      order by send_at limit ${limit}`);
    return soon.map(({ id, atMs }) => ({ id, at: new Date(atMs) }));
  }

  /** When a pending mail becomes due; null if it is due already, or no longer pending. */
  async dueLater(id: string): Promise<Date | null> {
    const later = await this.#db.first(sql<{ sendMs: number }>`
      select ${epochMs(sql`send_at`)} as "sendMs" from notification
      where id = ${id} and status = 'SCHEDULED' and send_at > ${this.#now()}`);
    return later && new Date(later.sendMs);
  }

  /**
   * Acquires the lease of a mail, to be renewed every RENEW_EVERY_MS, with those that go in the same mail: it is the
   * first. Empty if it is not due, leased by another worker, or postponed by its author's limit.
   */
  async acquire(id: string): Promise<NotificationRow[]> {
    const columns = this.#db.columns(Notification, 'n');
    // One moment for all statements: what becomes due between two of them has not been asked about its limit.
    const isDue = this.#isDue();
    const acquired = await this.#db.all(
      sql<NotificationRow>`
        update notification n set ${this.#lease()}
        where n.id = ${id} and ${isDue} and not ${IS_LIMITED} returning ${columns}`,
      { summary: 'update notification' },
    );
    if (acquired.length > 0) return acquired;
    const ids = await this.#limit.acquire(id, isDue, async (together, run) => {
      const first = together.length > 1 ? sql`${id}` : sql`case when n.mailed_with is not null then n.id end`;
      const leased = await run(sql<{ id: string }>`
        update notification n set ${this.#lease()}, mailed_with = ${first}
        where n.id = any(${[...together]}::uuid[]) and ${isDue} returning n.id`);
      return leased.map((row) => row.id);
    });
    if (!ids.includes(id)) return [];
    return this.#db.all(
      sql<NotificationRow>`select ${columns} from notification n where n.id = any(${ids}::uuid[]) order by n.id <> ${id}, n.send_at, n.id`,
    );
  }

  /**
   * Leases what else waits for the same person about the same ticket, for the mail of a notification that is leased: its
   * outcome is to be stored with that of the mail. When the mail is tried again it carries the same ones, as it has the
   * same Message-ID and may have arrived.
   */
  async carry({ id, recipientId, ticketId, attempts }: NotificationRow): Promise<NotificationRow[]> {
    const isNew = attempts === 1 ? sql`n.lease_expires_at is null and n.merged_into is null` : sql`false`;
    // Those that a write of the ticket has locked are skipped, and go in a mail of their own: it locks them in another order.
    return this.#db.all(
      sql<NotificationRow>`
        update notification n set ${this.#lease()}, merged_into = ${id}
        where n.status = 'SCHEDULED' and n.id = any(array(
          select n.id from notification n
          where n.recipient_id = ${recipientId} and n.ticket_id = ${ticketId} and n.status = 'SCHEDULED' and n.id <> ${id}
            and (${isNew} or n.merged_into = ${id})
          order by n.id for no key update ${attempts === 1 ? sql`skip locked` : sql``}
        ))
        returning ${this.#db.columns(Notification, 'n')}`,
      { summary: 'update notification' },
    );
  }

  /** The notifications that are due now because they waited for one of the given ones, whose mail was not sent. */
  async freedBy(ids: readonly string[]): Promise<{ id: string }[]> {
    return this.#db.all(sql<{ id: string }>`
      select n.id from notification p join notification n on n.ticket_id = p.ticket_id and n.recipient_id = p.recipient_id
      where p.id = any(${[...ids]}::uuid[]) and n.id <> p.id and ${this.#isDue()} order by n.send_at, n.id`);
  }

  /**
   * After the given NEW_UNASSIGNED mails were cancelled: if no other one is about the ticket, enqueues it for the
   * present queue (`queueOf`), as the product may have another owner, or people other rights. Nobody gets a second one.
   */
  async requeue(ids: readonly string[]): Promise<{ id: string }[]> {
    const people = { createdById: sql`t.created_by_id`, assignedToId: sql`t.assigned_to_id` };
    return this.#db.all(
      sql<{ id: string }>`
        insert into notification (id, kind, recipient_id, ticket_id, actor_id, reason, changes, created_at, send_at, traceparents)
        select ${idFrom(sql`${newId()}::uuid`)}, ended.kind, q.id, t.id, ended.actor_id, q.reason, '[]', ${this.#now()}, ${this.#now()}, ended.traceparents
        from notification ended join ticket t on t.id = ended.ticket_id
          cross join lateral (${queueOf(sql`t.product_id`, people, sql`ended.actor_id`)}) q
        where ended.id = any(${[...ids]}::uuid[]) and ended.kind = 'NEW_UNASSIGNED' and ended.status = 'CANCELLED'
          and t.deleted_at is null and t.assigned_to_id is null and t.status not in ('DONE', 'CLOSED')
          and not exists (select from notification o where o.ticket_id = t.id and o.kind = ended.kind
            and (o.status in ('SENT', 'SCHEDULED') or (o.recipient_id = q.id and o.created_at >= ended.created_at)))
        order by t.id, q.id
        on conflict do nothing returning id`,
      { summary: 'insert notification' },
    );
  }

  async renew(ids: readonly string[]): Promise<void> {
    await this.#db.all(
      sql`update notification set lease_expires_at = ${this.#in(LEASE_MS)} where id = any(${[...ids]}::uuid[]) and status = 'SCHEDULED'`,
      { summary: 'update notification' },
    );
  }

  /**
   * Releases the leases and stores the outcome. Only rows that are still SCHEDULED change. Those that a sent mail carried
   * are cancelled by the same statement, so that no crash leaves them to be sent again.
   */
  async release(ids: readonly string[], outcome: Outcome): Promise<void> {
    const merged = sql`with merged as (
      update notification n set status = 'CANCELLED', cancel_reason = 'MERGED', cancelled_at = ${this.#now()}, lease_expires_at = ${this.#now()}
      where n.status = 'SCHEDULED' and n.merged_into = any(${[...ids]}::uuid[])
        and n.ticket_id in (select p.ticket_id from notification p where p.id = any(${[...ids]}::uuid[]))
    )`;
    await this.#db.all(
      sql`${outcome.status === NotificationStatus.SENT ? merged : sql``} update notification set ${this.#changes(outcome)}, lease_expires_at = ${this.#now()} where id = any(${[...ids]}::uuid[]) and status = 'SCHEDULED'`,
      { summary: 'update notification' },
    );
  }

  #lease(): RawBuilder<unknown> {
    return sql`lease_expires_at = ${this.#in(LEASE_MS)}, attempts = n.attempts + 1`;
  }

  #changes(outcome: Outcome): RawBuilder<unknown> {
    const { status } = outcome;
    if (status === NotificationStatus.SENT) {
      const sent = sql`status = 'SENT', sent_at = ${this.#now()}, last_error = null, mailed_with = ${outcome.mailedWith}::uuid`;
      if (outcome.digest === null) return sent;
      const { until, changes } = outcome.digest;
      return sql`${sent}, covered_until = ${until.toISOString()}::timestamptz, changes = ${JSON.stringify(changes)}::jsonb`;
    }
    const { reason } = outcome;
    if (status === NotificationStatus.CANCELLED) {
      return sql`status = 'CANCELLED', cancelled_at = ${this.#now()}, cancel_reason = ${reason}`;
    }
    if (status === NotificationStatus.FAILED) return sql`status = 'FAILED', last_error = ${reason}`;
    const retryAt = outcome.retryInMs === undefined ? sql.ref('retry_at') : this.#in(outcome.retryInMs);
    return sql`retry_at = ${retryAt}, last_error = ${reason}`;
  }

  /** Boolean expression for a notification `n`: due, and not leased. */
  #isDue(): RawBuilder<boolean> {
    const now = this.#now();
    const timeHasCome = sql`n.status = 'SCHEDULED' and n.send_at <= ${now} and (n.retry_at is null or n.retry_at <= ${now})
      and (n.lease_expires_at is null or n.lease_expires_at <= ${now})`;
    // Those that another mail carries wait for its outcome, and those that it will carry wait for it.
    return sql`${timeHasCome}
      and not exists (select from notification p where p.id = n.merged_into and p.status = 'SCHEDULED')
      and not (n.kind not in ('MENTIONED', 'DIGEST') and exists (
        select from notification p where p.ticket_id = n.ticket_id and p.recipient_id = n.recipient_id
          and (p.kind = 'MENTIONED' or (p.kind = 'REPLIED' and n.kind <> 'REPLIED')) and p.status = 'SCHEDULED' and p.send_at <= ${now} and p.retry_at is null
          and (p.lease_expires_at is null or p.lease_expires_at > ${now})
      ))`;
  }

  #now(): RawBuilder<unknown> {
    return this.#in(0);
  }

  #in(milliseconds: number): RawBuilder<unknown> {
    return sql`${new Date(this.#clock.now().getTime() + milliseconds).toISOString()}::timestamptz`;
  }
}
