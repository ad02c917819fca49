import { sql } from 'kysely';
import { type Clock } from '../common/clock.js';
import { newId } from '../common/id.js';
import { epochMs, type Db } from '../database/db.js';
import { isActive, TicketStatus } from '../tickets/ticket.entity.js';
import { type DigestPlan, nextDigestAt } from './digest-schedule.js';
import { type ScheduleDeliveries } from './delivery-schedule.js';

/** Maximum number of recipients in one statement. */
const BATCH = 500;

const ACTIVE = Object.values(TicketStatus).filter(isActive);

interface Candidate extends Omit<DigestPlan, 'lastDueAt'> {
  readonly recipientId: string;
  readonly lastDueMs: number | null;
}

interface Planned {
  readonly id: string;
  readonly sendMs: number;
}

/**
 * The select list for a user `u`. A digest that was cancelled by the recipient's settings may be replaced on the same
 * day; one that staff cancelled may not.
 */
const CANDIDATE = sql`u.id as "recipientId", u.digest_hour as "digestHour", u.time_zone as "timeZone", (
    select ${epochMs(sql`max(n.send_at)`)} from notification n
    where n.recipient_id = u.id and n.kind = 'DIGEST' and n.status <> 'SCHEDULED'
      and n.cancel_reason is distinct from 'UNSUBSCRIBED'
  ) as "lastDueMs"`;

/**
 * Enqueues the next digest of everybody with an active ticket (docs/behaviour.md, "Mails"). Several workers may plan at
 * once: a unique index admits one row for each recipient.
 */
export class DigestPlanner {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #scheduleDeliveries: ScheduleDeliveries;

  constructor(deps: { db: Db; clock: Clock; intervalMs: number; scheduleDeliveries: ScheduleDeliveries }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#intervalMs = deps.intervalMs;
    this.#scheduleDeliveries = deps.scheduleDeliveries;
  }

  /** For everybody without a pending digest, or for one person. */
  async plan(recipientId?: string): Promise<void> {
    if (recipientId === undefined) await this.#advanceDue();
    let planned: number;
    do planned = await this.#planBatch(recipientId);
    while (planned === BATCH);
  }

  /** After a change of hour or time zone: reschedules the pending digest, or plans one. */
  async reschedule(recipientId: string): Promise<void> {
    const candidate = await this.#db.first(
      sql<Candidate>`select ${CANDIDATE} from "user" u where u.id = ${recipientId}`,
    );
    if (candidate === null) return;
    const sendAt = this.#next(candidate);
    const moved = await this.#db.all(sql<Planned>`
      update notification set send_at = ${sendAt}::timestamptz
      where recipient_id = ${recipientId} and kind = 'DIGEST' and status = 'SCHEDULED' and lease_expires_at is null
        and send_at <> ${sendAt}::timestamptz
      returning id, ${epochMs(sql`send_at`)} as "sendMs"`);
    this.#scheduleAll(moved);
    await this.plan(recipientId);
  }

  #next({ digestHour, timeZone, lastDueMs }: Candidate): string {
    const lastDueAt = lastDueMs === null ? null : new Date(lastDueMs);
    return nextDigestAt({ digestHour, timeZone, lastDueAt }, this.#clock.now(), this.#intervalMs).toISOString();
  }

  #scheduleAll(planned: readonly Planned[]): void {
    this.#scheduleDeliveries(planned.map(({ id, sendMs }) => ({ id, sendAt: new Date(sendMs) })));
  }

  async #planBatch(recipientId?: string): Promise<number> {
    const one = recipientId === undefined ? sql`true` : sql`u.id = ${recipientId}`;
    const candidates = await this.#db.all(sql<Candidate>`
      select ${CANDIDATE}
      from "user" u
      where ${one} and u.deleted_at is null and u.digest_emails and u.email_confirmed and u.may_view_tickets
        and u.id in (
          select t.assigned_to_id from ticket t
          where t.status = any(${ACTIVE}::ticket_status[]) and t.deleted_at is null
        )
        and not exists (
          select from notification n where n.recipient_id = u.id and n.kind = 'DIGEST' and n.status = 'SCHEDULED'
        )
      order by u.id limit ${BATCH}`);
    if (candidates.length === 0) return 0;
    const now = this.#clock.now().toISOString();
    const rows = candidates.map((candidate) => {
      return sql`(${newId()}, 'DIGEST', ${candidate.recipientId}, '[]', ${now}, ${this.#next(candidate)})`;
    });
    const planned = await this.#db.all(sql<Planned>`
      insert into notification (id, kind, recipient_id, changes, created_at, send_at) values ${sql.join(rows)}
      on conflict do nothing returning id, ${epochMs(sql`send_at`)} as "sendMs"`);
    this.#scheduleAll(planned);
    return candidates.length;
  }

  /** After the setting was shortened: pending digests are advanced to the new interval. */
  async #advanceDue(): Promise<void> {
    const now = this.#clock.now().getTime();
    const next = new Date(now + this.#intervalMs).toISOString();
    // A digest that staff cancelled leaves a gap of up to two intervals: only later ones are advanced.
    const late = new Date(now + 2 * this.#intervalMs).toISOString();
    const pulled = await this.#db.all(sql<Planned>`
      update notification n set send_at = ${next}::timestamptz from "user" u
      where u.id = n.recipient_id and u.digest_hour is null and n.kind = 'DIGEST' and n.status = 'SCHEDULED'
        and n.lease_expires_at is null and n.send_at > ${late}::timestamptz
      returning n.id, ${epochMs(sql`n.send_at`)} as "sendMs"`);
    this.#scheduleAll(pulled);
  }
}
