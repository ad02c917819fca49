import { type RawBuilder, sql } from 'kysely';
import { type Db, epochMs } from '../database/db.js';
import { type SqlQuery } from '../database/sql-text.js';
import { type Row } from '../database/row.js';
import { type Values, type Writes, memoizedSql } from '../database/writes.js';
import { NotificationStatus } from '../notifications/notification.entity.js';
import { isCancellable } from '../notifications/notification-sql.js';
import { deleteStaleMentions, mentionSource, recordMentions } from './mentions/mentions.sql.js';
import {
  enqueueMails,
  IS_WAITING,
  mailSource,
  postponeMentions,
  IS_WAITING_UNINDEXED,
  waitingMailsOf,
} from './enqueued-mails.sql.js';
import { seesTicketOf } from './ticket-audience.js';
import { TicketEvent } from './ticket-event.entity.js';
import { type TicketSnapshot } from './ticket-write.js';
import { Ticket } from './ticket.entity.js';
import { sqlName, TICKET_FIELDS } from './ticket.fields.js';

/** Runs a statement and gives its rows. Callers decide on which connection, and whether in a transaction. */
export type RunQuery = <Result>(query: SqlQuery<Result>) => Promise<Result[]>;

const EVENT = ['id', 'kind', 'ticketId', 'actorId', 'commentId', 'changes', 'createdAt', 'notified'] as const;

export type NewEvent = Pick<Row<TicketEvent>, (typeof EVENT)[number]>;

/** A mail that became pending. */
export interface PendingMail {
  readonly id: string;
  readonly sendMs: number;
}

/** The row as it was written, all null when nothing was written; and the first of the new mails. */
export type SavedRow = Row<Ticket> & { readonly savedId: string; readonly pending: readonly PendingMail[] | null };

/** Maximum number of mails of one write for which jobs are scheduled: workers find the others in the table. */
const MAX_SCHEDULED = 20;

function firstPending(ticketId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select json_agg(json_build_object('id', f.id, 'sendMs', ${epochMs(sql`f.send_at`)}))
    from (select * from pending p where p.ticket_id = ${ticketId} and p.is_new limit ${sql.lit(MAX_SCHEDULED)}) f
  ) as pending`;
}

const INSERTED = TICKET_FIELDS.filter(({ written }) => written !== 'by the database').map(({ column }) => column);
const CHANGED = TICKET_FIELDS.filter(({ written }) => written === 'often').map(({ column }) => column);

type SnapshotRow = Row<Ticket> & { readonly revision: string };

export function snapshotOf({ revision, ...ticket }: SnapshotRow): TicketSnapshot {
  return { ticket, revision };
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
  /** Takes tickets, events, mails and mentions. Waits for locked products and users. */
  readonly insert = memoizedSql(() => this.#insert(sql`for share`));
  /** The same, but skips tickets whose product or assignee is locked. */
  readonly insertUnlocked = memoizedSql(() => this.#insert(sql`for share skip locked`));
  /** The same for an import, which has allocated the numbers before and checks users itself. */
  readonly insertImported = memoizedSql(() => this.#insertImported());
  /** Takes tickets, events, mails and mentions. */
  readonly update = memoizedSql(() => this.#update());

  constructor(db: Db, writes: Writes) {
    this.#db = db;
    this.#writes = writes;
  }

  #select(): RawBuilder<SnapshotRow> {
    return sql<SnapshotRow>`
      select ${this.#db.columns(Ticket, 't')}, t.xmin::text as revision
      from ticket t where t.id = any(array(select id::uuid from json_array_elements_text($1::json) wanted (id)))
      order by t.id`;
  }

  /** Assigns numbers in the order of the input. Product and assignee are locked against deletion. */
  #insert(lock: RawBuilder<unknown>): RawBuilder<SavedRow> {
    const ticket = this.#writes.recordset(Ticket, INSERTED, '$1', 'i');
    const event = this.#writes.recordset(TicketEvent, EVENT, '$2', 'e');
    return sql<SavedRow>`
      with item as materialized (select * from ${ticket.source}),
      living_product as materialized (
        select id from product where id = any(array(select "productId" from item)) and deleted_at is null
        order by id ${lock}
      ),
      assignee as materialized (
        select * from "user" where id = any(array(select "assignedToId" from item)) and deleted_at is null
        order by id ${lock}
      ),
      written as (
        insert into ticket (${ticket.names}) select ${ticket.values} from item i
        where (i."productId" is null or i."productId" in (select id from living_product))
          and (i."assignedToId" is null or i."assignedToId" in (select id from assignee))
        order by i.place on conflict (id) do nothing returning *
      ),
      event as (
        insert into ticket_event (${event.names}) select ${event.values} from ${event.source}
        where e."ticketId" in (select id from written)
      ),
      pending as (${enqueueMails(mailSource(this.#writes, '$3'), sql`m."ticketId" in (select id from written)`)}),
      noted as (${recordMentions(mentionSource(sql.raw('$4')), sql`m."ticketId" in (select id from written)`)})
      select ${this.#db.columns(Ticket, 't')}, t.id as "savedId", ${firstPending(sql`t.id`)} from written t`;
  }

  #insertImported(): RawBuilder<{ mails: number }> {
    const ticket = this.#writes.recordset(Ticket, INSERTED, '$1', 'i', { number: 'integer' });
    const event = this.#writes.recordset(TicketEvent, EVENT, '$2', 'e');
    return sql<{ mails: number }>`
      with written as (
        insert into ticket (number, ${ticket.names}) select i.number, ${ticket.values} from ${ticket.source}
      ),
      event as (insert into ticket_event (${event.names}) select ${event.values} from ${event.source}),
      pending as (${enqueueMails(mailSource(this.#writes, '$3'), sql`true`)})
      select count(*)::int as mails from pending`;
  }

  /**
   * Writes only tickets that are unchanged since they were loaded (xmin), but by this transaction, as a comment changes
   * its ticket's row (Migration20261127143000_activity); and that are not locked (`skip locked`): waiting for one lock
   * would delay the whole batch. Tickets are selected by arrays, and mails by lateral subqueries
   * with `offset 0`: for a join PostgreSQL may read whole tables, depending on its statistics.
   */
  #update(): RawBuilder<SavedRow> {
    const item = this.#writes.recordset(Ticket, ['id', ...CHANGED], '$1', 'i', {
      revision: 'xid',
      sets: 'text[]',
      at: 'timestamptz',
      cancels: 'jsonb',
    });
    const event = this.#writes.recordset(TicketEvent, EVENT, '$2', 'e');
    const mails = sql`mail m`;
    const isSaved = sql<boolean>`m."ticketId" in (select id from locked)`;
    const people = { createdById: sql`m."createdById"`, assignedToId: sql`m."assignedToId"` };
    const cancelled = sql.lit(NotificationStatus.CANCELLED);
    const isUnchanged = sql`(t.xmin = i.revision or t.xmin = pg_current_xact_id()::xid)`;
    const values: Values<Ticket> = Object.fromEntries(
      CHANGED.map((column) => [
        column,
        sql`case when ${sql.lit(column)} = any(i.sets) then i.${sql.ref(column)} else ${sql.ref(`t.${sqlName(column)}`)} end`,
      ]),
    );
    return sql<SavedRow>`
      with item as materialized (select * from ${item.source}),
      mail as materialized (select * from ${mailSource(this.#writes, '$3')}),
      locked as materialized (
        select t.id from item i, ticket t
        where t.id = i.id and t.id = any(array(select id from item)) and ${isUnchanged}
        order by t.id for no key update of t skip locked
      ),
      written as (
        update ticket t set ${this.#writes.set(Ticket, values)} from item i
        where t.id = i.id and t.id = any(array(select id from locked)) and ${isUnchanged} and i.sets is not null
        returning t.*
      ),
      event as (
        insert into ticket_event (${event.names}) select ${event.values} from ${event.source}
        where e."ticketId" in (select id from locked)
      ),
      cancelled as (
        update notification n set status = ${cancelled}, cancelled_at = i.at,
          cancel_reason = (i.cancels ->> n.kind::text)::notification_cancel_reason
        from item i
        where i.id = n.ticket_id and n.id = any(array(
          select w.id from item c cross join lateral (
            select n.id from notification n
            where n.ticket_id = c.id and ${isCancellable('n', sql`c.at`)} and c.cancels ? n.kind::text order by n.id
          ) w where c.cancels <> '{}' and c.id in (select id from locked)
        ))
        returning n.id
      ),
      -- A mail that shows the ticket as it is at the time of sending includes its changes. Locked, so that no worker
      -- reads the ticket before this transaction has ended.
      including as materialized (
        select w.id, w.ticket_id, w.recipient_id from mail m cross join lateral (
          select n.id, n.ticket_id, n.recipient_id from notification n
          where n.ticket_id = m."ticketId" and n.kind in ('ASSIGNED', 'NEW_UNASSIGNED') and ${IS_WAITING}
          order by n.id for no key update
        ) w where m.kind = 'UPDATED' and ${isSaved}
      ),
      unwatched as (
        delete from ticket_watch w using mail m, "user" u, role r
        where m.audience = 'concerned' and ${isSaved} and w.ticket_id = m."ticketId" and w.state = 'WATCHING'
          and u.id = w.user_id and r.id = u.role_id and (${seesTicketOf('u', 'r', people)}) is not true
      ),
      unignored as (
        delete from ticket_watch w using item i
        where i.id in (select id from locked) and 'assignedToId' = any(i.sets) and w.ticket_id = i.id
          and w.user_id = i."assignedToId" and w.state = 'IGNORED'
      ),
      pending as (${enqueueMails(
        mails,
        // After the cancellations: a mail that waits stands in the way of another one (notification_once_scheduled).
        sql`${isSaved} and (select count(*) from cancelled) >= 0 and (m.kind <> 'UPDATED' or not exists (
          select from including c where c.ticket_id = m."ticketId" and c.recipient_id = u.id
            and c.id not in (select id from cancelled)
        ))`,
      )}),
      postponed as (${postponeMentions(mails, isSaved)}),
      known as (
        update notification n set changes = n.changes || m.changes
        from mail m cross join lateral (${waitingMailsOf(sql`m."ticketId"`)}) w
        where ${isSaved} and m.kind = 'UPDATED' and w.kind = m.kind and (m."amendsOnly" or w.recipient_id = m."exceptId")
          and n.id = w.id and ${IS_WAITING_UNINDEXED}
      ),
      forgotten as (${deleteStaleMentions(mentionSource(sql.raw('$4')), isSaved)}),
      noted as (${recordMentions(mentionSource(sql.raw('$4')), isSaved)})
      select ${this.#db.columns(Ticket, 't')}, l.id as "savedId", ${firstPending(sql`l.id`)}
      from locked l left join written t on t.id = l.id`;
  }
}
