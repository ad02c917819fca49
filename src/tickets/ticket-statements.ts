import { type RawBuilder, sql } from 'kysely';
import { type Db } from '../database/db.js';
import { type SqlQuery } from '../database/sql-text.js';
import { type Row } from '../database/row.js';
import { type Values, type Writes, memoizedSql } from '../database/writes.js';
import { Notification, NotificationStatus } from '../notifications/notification.entity.js';
import { isCancellable, wantsMail } from '../notifications/notification-sql.js';
import { appended } from '../notifications/traceparents.js';
import { TicketEvent } from './ticket-event.entity.js';
import { type TicketSnapshot, type WaitingMail } from './ticket-write.js';
import { Ticket } from './ticket.entity.js';
import { sqlName, TICKET_FIELDS } from './ticket.fields.js';

/** Runs a statement and gives its rows. Callers decide on which connection, and whether in a transaction. */
export type RunQuery = <Result>(query: SqlQuery<Result>) => Promise<Result[]>;

const EVENT = ['id', 'kind', 'ticketId', 'actorId', 'commentId', 'changes', 'createdAt', 'notified'] as const;
const MAIL = [
  'id',
  'kind',
  'recipientId',
  'ticketId',
  'actorId',
  'changes',
  'createdAt',
  'sendAt',
  'traceparents',
] as const;

export type NewEvent = Pick<Row<TicketEvent>, (typeof EVENT)[number]>;
export type NewMail = Pick<Row<Notification>, (typeof MAIL)[number]>;

/** The row as it was written, all null when nothing was written; and the id of the new mail, if there is one. */
export type SavedRow = Row<Ticket> & { readonly savedId: string; readonly pendingId: string | null };

const INSERTED = TICKET_FIELDS.filter(({ written }) => written !== 'by the database').map(({ column }) => column);
const CHANGED = TICKET_FIELDS.filter(({ written }) => written === 'often').map(({ column }) => column);

type SnapshotRow = Row<Ticket> & { readonly revision: string; readonly waiting: readonly WaitingMail[] | null };

export function snapshotOf({ revision, waiting, ...ticket }: SnapshotRow): TicketSnapshot {
  return { ticket, revision, waiting: waiting ?? [] };
}

/**
 * The statements that load and save tickets, each for any number of tickets and atomic by itself. They are generated
 * from the entities and the field table (ticket.fields.ts). Parameters are JSON arrays: for SQL arrays PostgreSQL would
 * make a new plan for each call (docs/decisions/0080-direct-writes.md, 0081-batches.md).
 */
export class TicketStatements {
  readonly #db: Db;
  readonly #writes: Writes;
  /** Takes ids. */
  readonly select = memoizedSql(() => this.#select());
  /** Takes tickets, events and mails. Waits for locked products and users. */
  readonly insert = memoizedSql(() => this.#insert(sql`for share`));
  /** The same, but skips tickets whose product or assignee is locked. */
  readonly insertUnlocked = memoizedSql(() => this.#insert(sql`for share skip locked`));
  /** The same for an import, which has allocated the numbers before and checks users itself. */
  readonly insertImported = memoizedSql(() => this.#insertImported());
  /** Takes tickets, mails that must be unchanged, events, new mails and merged mails. */
  readonly update = memoizedSql(() => this.#update());

  constructor(db: Db, writes: Writes) {
    this.#db = db;
    this.#writes = writes;
  }

  #select(): RawBuilder<SnapshotRow> {
    return sql<SnapshotRow>`
      select ${this.#db.columns(Ticket, 't')}, t.xmin::text as revision,
        (
          select json_agg(json_build_object('id', n.id, 'kind', n.kind, 'changes', n.changes, 'actorId', n.actor_id, 'revision', n.xmin::text))
          from notification n
          where n.ticket_id = t.id and n.recipient_id = t.assigned_to_id
            and n.status = ${sql.lit(NotificationStatus.SCHEDULED)} and n.claimed_until is null
        ) as waiting
      from json_array_elements_text($1::json) wanted (id) join ticket t on t.id = wanted.id::uuid
      order by t.id`;
  }

  /** Assigns numbers in the order of the input. Product and assignee are locked against deletion. */
  #insert(lock: RawBuilder<unknown>): RawBuilder<SavedRow> {
    const ticket = this.#writes.recordset(Ticket, INSERTED, '$1', 'i');
    const event = this.#writes.recordset(TicketEvent, EVENT, '$2', 'e');
    const mail = this.#writes.recordset(Notification, MAIL, '$3', 'm');
    return sql<SavedRow>`
      with item as materialized (select * from ${ticket.source}),
      product as materialized (
        select id from product where id = any(array(select "productId" from item)) and deleted_at is null
        order by id ${lock}
      ),
      assignee as materialized (
        select * from "user" where id = any(array(select "assignedToId" from item)) and deleted_at is null
        order by id ${lock}
      ),
      written as (
        insert into ticket (${ticket.names}) select ${ticket.values} from item i
        where (i."productId" is null or i."productId" in (select id from product))
          and (i."assignedToId" is null or i."assignedToId" in (select id from assignee))
        order by i.place on conflict (id) do nothing returning *
      ),
      event as (
        insert into ticket_event (${event.names}) select ${event.values} from ${event.source}
        where e."ticketId" in (select id from written)
      ),
      pending as (
        insert into notification (${mail.names}) select ${mail.values} from ${mail.source}
        where m."ticketId" in (select id from written)
          and m."recipientId" in (select u.id from assignee u where ${wantsMail('u', sql`m.kind`)})
        returning id, ticket_id
      )
      select ${this.#db.columns(Ticket, 't')}, t.id as "savedId", p.id as "pendingId"
      from written t left join pending p on p.ticket_id = t.id`;
  }

  #insertImported(): RawBuilder<{ pendingId: string }> {
    const ticket = this.#writes.recordset(Ticket, INSERTED, '$1', 'i', { number: 'integer' });
    const event = this.#writes.recordset(TicketEvent, EVENT, '$2', 'e');
    const mail = this.#writes.recordset(Notification, MAIL, '$3', 'm');
    return sql<{ pendingId: string }>`
      with written as (
        insert into ticket (number, ${ticket.names}) select i.number, ${ticket.values} from ${ticket.source}
      ),
      event as (insert into ticket_event (${event.names}) select ${event.values} from ${event.source})
      insert into notification (${mail.names}) select ${mail.values} from ${mail.source}
      join "user" u on u.id = m."recipientId" and u.deleted_at is null where ${wantsMail('u', sql`m.kind`)}
      returning id as "pendingId"`;
  }

  /**
   * Writes only tickets that are unchanged since they were loaded (xmin), but by this transaction, as a comment changes
   * its ticket's row (Migration20261127143000_activity); with all mails that the command decided on,
   * and that are not locked (`skip locked`): waiting for one lock would delay the whole batch. Mails are looked up one
   * by one: for a join PostgreSQL reads the whole table while it has only some thousand rows.
   */
  #update(): RawBuilder<SavedRow> {
    const item = this.#writes.recordset(Ticket, ['id', ...CHANGED], '$1', 'i', {
      revision: 'xid',
      sets: 'text[]',
      holds: 'integer',
      at: 'timestamptz',
      cancels: 'notification_cancel_reason',
    });
    const held = this.#writes.recordset(Notification, ['id', 'ticketId'], '$2', 'h', { revision: 'xid' });
    const event = this.#writes.recordset(TicketEvent, EVENT, '$3', 'e');
    const mail = this.#writes.recordset(Notification, MAIL, '$4', 'm');
    const merged = this.#writes.recordset(Notification, ['id', 'ticketId', 'changes', 'cancelledAt'], '$5', 'g', {
      keepsActor: 'boolean',
      traceparent: 'text',
    });
    const cancelled = sql.lit(NotificationStatus.CANCELLED);
    const isUnchanged = sql`(t.xmin = i.revision or t.xmin = pg_current_xact_id()::xid)`;
    const values: Values<Ticket> = Object.fromEntries(
      CHANGED.map((column) => [
        column,
        sql`case when ${sql.lit(column)} = any(i.sets) then i.${sql.ref(column)} else ${sql.ref(`t.${sqlName(column)}`)} end`,
      ]),
    );
    const mergedValues: Values<Notification> = {
      changes: sql`g.changes`,
      traceparents: appended(sql`n.traceparents`, sql`g.traceparent`),
      actorId: sql`case when g."keepsActor" then n.actor_id end`,
      status: sql`case when g."cancelledAt" is null then n.status else ${cancelled} end`,
      cancelledAt: sql`g."cancelledAt"`,
    };
    return sql<SavedRow>`
      with item as materialized (select * from ${item.source}),
      held as materialized (
        select n.id, n.ticket_id from (select * from ${held.source} order by h.id) h cross join lateral (
          select * from notification n where n.id = h.id and n.ticket_id = h."ticketId" and n.xmin = h.revision
          limit 1 for no key update skip locked
        ) n
      ),
      locked as materialized (
        select t.id from item i, ticket t
        where t.id = i.id and ${isUnchanged} and i.holds = (select count(*) from held where held.ticket_id = i.id)
        order by t.id for no key update of t skip locked
      ),
      written as (
        update ticket t set ${this.#writes.set(Ticket, values)} from item i
        where t.id = i.id and ${isUnchanged} and i.sets is not null and i.id in (select id from locked) returning t.*
      ),
      event as (
        insert into ticket_event (${event.names}) select ${event.values} from ${event.source}
        where e."ticketId" in (select id from locked)
      ),
      cancelled as (
        update notification n set status = ${cancelled}, cancelled_at = i.at, cancel_reason = i.cancels from item i
        where i.id = n.ticket_id and n.id = any(array(
          select w.id from item c cross join lateral (
            select n.id from notification n where n.ticket_id = c.id and ${isCancellable('n', sql`c.at`)} order by n.id
          ) w where c.cancels is not null and c.id in (select id from locked)
        ))
        returning n.id
      ),
      pending as (
        insert into notification (${mail.names}) select ${mail.values} from ${mail.source}
        where m."ticketId" in (select id from locked)
          and (select u.deleted_at is null and ${wantsMail('u', sql`m.kind`)} from "user" u where u.id = m."recipientId")
          -- After the cancellations: a mail that waits stands in the way of another one (notification_once_scheduled).
          and (select count(*) from cancelled) >= 0
        returning id, ticket_id
      ),
      merged as (
        update notification n set ${this.#writes.set(Notification, mergedValues)} from ${merged.source}
        where n.id = g.id and g."ticketId" in (select id from locked)
      )
      select ${this.#db.columns(Ticket, 't')}, l.id as "savedId", p.id as "pendingId"
      from locked l left join written t on t.id = l.id left join pending p on p.ticket_id = l.id`;
  }
}
