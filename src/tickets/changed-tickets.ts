import { type RawBuilder, sql } from 'kysely';
import { Batcher } from '../database/batcher.js';
import { type Row } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type SqlQuery } from '../database/sql-text.js';
import { type Values, type Writes, memoizedSql } from '../database/writes.js';
import { Notification, NotificationStatus } from '../notifications/notification.entity.js';
import { appended } from '../notifications/traceparents.js';
import { EVENT, MAIL, type NewEvent, type NewMail } from './new-tickets.js';
import { type OwnFields } from './ticket-changes.js';
import { TicketEvent } from './ticket-event.entity.js';
import { Ticket } from './ticket.entity.js';
import { type TicketRow } from './ticket.reader.js';

/** What is added to a mail that waits. */
interface MergedMail {
  readonly id: string;
  readonly changes: Row<Notification>['changes'];
  readonly keepsActor: boolean;
  /** Of the change, if it is traced. */
  readonly traceparent: string | null;
  /** Set when nothing is left to tell. */
  readonly cancelledAt: string | null;
}

export type ChangedFields = Partial<OwnFields> & { readonly closedAt?: string | null };

/** A change of a ticket's own fields, with its event and what becomes of mails. */
export interface ChangeOfTicket {
  readonly id: string;
  /** Of the row that the change was decided on. */
  readonly revision: string;
  /** What is left out stays as it is. */
  readonly fields: ChangedFields;
  readonly updatedAt: string;
  readonly event: NewEvent;
  /** Mails that must still be what they were. */
  readonly held: readonly { readonly id: string; readonly revision: string }[];
  readonly pending: NewMail | null;
  readonly merged: MergedMail | null;
}

const FIELDS = [
  'id',
  'title',
  'description',
  'details',
  'type',
  'priority',
  'status',
  'closedAt',
  'updatedAt',
] as const;

/** PostgreSQL's codes for a statement that came too late: what it was decided on has changed. */
const TOO_LATE = new Set<unknown>(['40001', '23505']);

function cameTooLate(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && TOO_LATE.has(error.code);
}

/** Of the statements, in traces. */
const SUMMARY = 'update ticket';

/** Changes tickets, those that wait at the same time by one statement (docs/decisions/0081-batches.md). */
export class ChangedTickets {
  readonly #db: Db;
  readonly #writes: Writes;
  readonly #batcher: Batcher<ChangeOfTicket, TicketRow | null>;
  readonly #statement = memoizedSql(() => this.#update());

  constructor(db: Db, writes: Writes) {
    this.#db = db;
    this.#writes = writes;
    this.#batcher = new Batcher({
      summary: SUMMARY,
      // New tickets all go to the same end of each index; changed ones are seldom in each other's way.
      concurrency: 3,
      executeBatch: async (changes, pipeline) => {
        const written = await this.#change(changes, async (update) =>
          this.#db.write(update, { pipeline, summary: SUMMARY }),
        );
        return written.map((result) => ({ result }));
      },
      executeOne: async (change) => this.#executeOne(change),
    });
  }

  /**
   * The ticket as it was written. Null, and nothing is written, when the ticket or one of the mails is not any more what
   * it was, or somebody has it locked.
   */
  async change(change: ChangeOfTicket): Promise<TicketRow | null> {
    return this.#batcher.run(change);
  }

  async #executeOne(change: ChangeOfTicket): Promise<TicketRow | null> {
    try {
      const [ticket] = await this.#change([change], async (update) => this.#db.write(update, { summary: SUMMARY }));
      return ticket ?? null;
    } catch (error) {
      if (cameTooLate(error)) return null;
      throw error;
    }
  }

  async #change(
    asked: readonly ChangeOfTicket[],
    run: (update: SqlQuery<TicketRow>) => Promise<TicketRow[]>,
  ): Promise<(TicketRow | null)[]> {
    const first = new Map<string, ChangeOfTicket>();
    // Of two changes to one ticket the second was not decided on what the first leaves.
    for (const change of asked) if (!first.has(change.id)) first.set(change.id, change);
    const changes = [...first.values()];
    const records = [
      changes.map(({ id, revision, fields, updatedAt, held }) => ({
        ...fields,
        setsDetails: fields.details !== undefined,
        setsClosedAt: fields.closedAt !== undefined,
        id,
        revision,
        updatedAt,
        holds: held.length,
      })),
      changes.flatMap(({ id, held }) => held.map((mail) => ({ ...mail, ticketId: id }))),
      changes.map(({ event }) => event),
      changes.flatMap(({ pending }) => pending ?? []),
      changes.flatMap(({ id, merged }) => (merged ? [{ ...merged, ticketId: id }] : [])),
    ];
    const rows = await run(this.#statement(...records.map((each) => JSON.stringify(each))));
    const written = new Map(rows.map((row) => [row.id, row]));
    return asked.map((change) => (first.get(change.id) === change ? (written.get(change.id) ?? null) : null));
  }

  /**
   * Only what can be locked at once is written: who has the others locked may change them, and whoever waits for him
   * holds up a whole batch. Mails are looked up one by one: as a join, PostgreSQL reads all of them as long as they are
   * some thousand.
   */
  #update(): RawBuilder<TicketRow> {
    const item = this.#writes.recordset(Ticket, FIELDS, '$1', 'i', {
      revision: 'xid',
      setsDetails: 'boolean',
      setsClosedAt: 'boolean',
      holds: 'integer',
    });
    const held = this.#writes.recordset(Notification, ['id', 'ticketId'], '$2', 'h', { revision: 'xid' });
    const event = this.#writes.recordset(TicketEvent, EVENT, '$3', 'e');
    const pending = this.#writes.recordset(Notification, MAIL, '$4', 'm');
    const merged = this.#writes.recordset(Notification, ['id', 'ticketId', 'changes', 'cancelledAt'], '$5', 'g', {
      keepsActor: 'boolean',
      traceparent: 'text',
    });
    const values: Values<Ticket> = {
      title: sql`coalesce(i.title, t.title)`,
      description: sql`coalesce(i.description, t.description)`,
      details: sql`case when i."setsDetails" then i.details else t.details end`,
      type: sql`coalesce(i.type, t.type)`,
      priority: sql`coalesce(i.priority, t.priority)`,
      status: sql`coalesce(i.status, t.status)`,
      closedAt: sql`case when i."setsClosedAt" then i."closedAt" else t.closed_at end`,
      updatedAt: sql`i."updatedAt"`,
    };
    const mergedValues: Values<Notification> = {
      changes: sql`g.changes`,
      traceparents: appended(sql`n.traceparents`, sql`g.traceparent`),
      actorId: sql`case when g."keepsActor" then n.actor_id end`,
      status: sql`case when g."cancelledAt" is null then n.status else ${sql.lit(NotificationStatus.CANCELLED)} end`,
      cancelledAt: sql`g."cancelledAt"`,
    };
    return sql<TicketRow>`
      with item as materialized (select * from ${item.source}),
      held as materialized (
        select n.id, n.ticket_id from (select * from ${held.source} order by h.id) h cross join lateral (
          select * from notification n where n.id = h.id and n.ticket_id = h."ticketId" and n.xmin = h.revision
          limit 1 for no key update skip locked
        ) n
      ),
      locked as materialized (
        select t.id from item i, ticket t
        where t.id = i.id and t.xmin = i.revision and i.holds = (select count(*) from held where held.ticket_id = i.id)
        order by t.id for no key update of t skip locked
      ),
      written as (
        update ticket t set ${this.#writes.set(Ticket, values)} from item i
        where t.id = i.id and t.xmin = i.revision and i.id in (select id from locked) returning t.*
      ),
      event as (
        insert into ticket_event (${event.names}) select ${event.values} from ${event.source}
        where e."ticketId" in (select id from written)
      ),
      owed as (
        insert into notification (${pending.names}) select ${pending.values} from ${pending.source}
        where m."ticketId" in (select id from written)
      ),
      merged as (
        update notification n set ${this.#writes.set(Notification, mergedValues)} from ${merged.source}
        where n.id = g.id and g."ticketId" in (select id from written)
      )
      select ${this.#db.columns(Ticket, 't')} from written t`;
  }
}
