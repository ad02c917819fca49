import { type RawBuilder, sql } from 'kysely';
import { Batcher } from '../database/batcher.js';
import { type Row } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type SqlQuery } from '../database/sql-text.js';
import { type Writes, memoizedSql } from '../database/writes.js';
import { Notification } from '../notifications/notification.entity.js';
import { notifiesOfAssignment } from '../notifications/notification.service.js';
import { TicketEvent } from './ticket-event.entity.js';
import { Ticket } from './ticket.entity.js';
import { type UserRef } from './ticket.inputs.js';
import { type TicketRow } from './ticket.reader.js';

/** Of the statements, in traces. */
const SUMMARY = 'insert ticket';

/** The properties that are written; all others get their defaults. */
const TICKET = [
  'id',
  'title',
  'description',
  'details',
  'type',
  'priority',
  'status',
  'productId',
  'createdById',
  'assignedToId',
  'createdAt',
  'closedAt',
] as const;
export const EVENT = ['id', 'kind', 'ticketId', 'actorId', 'changes', 'createdAt'] as const;
export const MAIL = [
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

/** A ticket to be created, with its event, and the mail to the assignee if there is to be one. */
export interface NewTicket {
  readonly ticket: Omit<Pick<Row<Ticket>, (typeof TICKET)[number]>, 'assignedToId'>;
  readonly event: NewEvent;
  /** Names a user by exactly one thing, an id being a UUID. */
  readonly assignee: UserRef | null;
  readonly mail: Omit<NewMail, 'recipientId'>;
}

/** The ticket as it was created, and whether its assignee is owed the mail. */
export interface CreatedTicket {
  readonly ticket: TicketRow;
  readonly owesMail: boolean;
}

type CreatedRow = TicketRow & { readonly owesMail: boolean };

function created({ owesMail, ...ticket }: CreatedRow): CreatedTicket {
  return { ticket, owesMail };
}

/** Of tickets, events and mails, each a JSON array. */
type Insert = (tickets: string, events: string, mails: string) => SqlQuery<CreatedRow>;

/** A ticket to be created, its assignee looked up. */
type Item = Omit<NewTicket, 'assignee'> & { readonly assignedToId: string | null };

function insert(statement: Insert, items: readonly Item[]): SqlQuery<CreatedRow> {
  const tickets = items.map(({ ticket, assignedToId }) => ({ ...ticket, assignedToId }));
  const events = items.map(({ event }) => event);
  const mails = items.flatMap(({ ticket: { status }, mail, assignedToId }) =>
    assignedToId !== null && notifiesOfAssignment({ status, assigneeId: assignedToId, actorId: mail.actorId })
      ? [{ ...mail, recipientId: assignedToId }]
      : [],
  );
  return statement(JSON.stringify(tickets), JSON.stringify(events), JSON.stringify(mails));
}

/** Creates tickets, those that wait at the same time by one statement (docs/decisions/0081-batches.md). */
export class NewTickets {
  readonly #db: Db;
  readonly #writes: Writes;
  readonly #batcher: Batcher<Item, CreatedTicket | null>;
  /** For a batch: what somebody is about to change or delete is skipped, as it may take them long. */
  readonly #skipping: Insert = memoizedSql(() => this.#insert(sql`for share skip locked`));
  readonly #waiting: Insert = memoizedSql(() => this.#insert(sql`for share`));

  constructor(db: Db, writes: Writes) {
    this.#db = db;
    this.#writes = writes;
    this.#batcher = new Batcher({
      summary: SUMMARY,
      executeBatch: async (items, pipeline) => {
        const written = await this.#db.write(insert(this.#skipping, items), { pipeline, summary: SUMMARY });
        const byId = new Map(written.map((row) => [row.id, created(row)]));
        // What is missing or locked is looked at alone.
        return items.map(({ ticket }) => {
          const result = byId.get(ticket.id);
          return result && { result };
        });
      },
      executeOne: async (item) => {
        const [written] = await this.#db.write(insert(this.#waiting, [item]), { summary: SUMMARY });
        return written ? created(written) : null;
      },
      keyOf: ({ ticket }) => ticket.id,
    });
  }

  /**
   * Null, and nothing is written, when there is no such product or user, or the id is in use. Product and assignee are
   * locked against deletion.
   */
  async create({ assignee, ...item }: NewTicket): Promise<CreatedTicket | null> {
    const assignedToId = assignee && (await this.#idOf(assignee));
    return assignedToId === undefined ? null : this.#batcher.run({ ...item, assignedToId });
  }

  /** Undefined if nobody has this name or address. Whether the user lives is for who locks the row. */
  async #idOf({ id, username, email }: UserRef): Promise<string | undefined> {
    if (id != null) return id.toLowerCase();
    const named = username == null ? sql`email = ${email} and email_confirmed` : sql`username = ${username}`;
    const [user] = await this.#db.pipelined(
      sql<{ id: string }>`select id from "user" where ${named} and deleted_at is null`,
    );
    return user?.id;
  }

  /** Numbers in the order of arrival. */
  #insert(lock: RawBuilder<unknown>): RawBuilder<CreatedRow> {
    const ticket = this.#writes.recordset(Ticket, TICKET, '$1', 'i');
    const event = this.#writes.recordset(TicketEvent, EVENT, '$2', 'e');
    const mail = this.#writes.recordset(Notification, MAIL, '$3', 'm');
    return sql<CreatedRow>`
      with item as materialized (select * from ${ticket.source}),
      product as materialized (
        select id from product where id = any(array(select "productId" from item)) and deleted_at is null
        order by id ${lock}
      ),
      assignee as materialized (
        select id, assignment_emails from "user" where id = any(array(select "assignedToId" from item)) and deleted_at is null
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
      owed as (
        insert into notification (${mail.names}) select ${mail.values} from ${mail.source}
        where m."ticketId" in (select id from written)
          and m."recipientId" in (select id from assignee where assignment_emails)
        returning ticket_id
      )
      select ${this.#db.columns(Ticket, 't')}, t.id in (select ticket_id from owed) as "owesMail" from written t`;
  }
}
