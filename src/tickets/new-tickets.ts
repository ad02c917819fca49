import { type RawBuilder, sql } from 'kysely';
import { Batcher } from '../database/batcher.js';
import { type Row, type Rows } from '../database/rows.js';
import { type Writes } from '../database/writes.js';
import { Notification } from '../notifications/notification.entity.js';
import { TicketEvent } from './ticket-event.entity.js';
import { Ticket } from './ticket.entity.js';
import { type UserRef } from './ticket.inputs.js';
import { type TicketRow } from './ticket.reader.js';

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

/** By column of the user: what a UserRef may name. */
const USER_COLUMNS = { id: 'id', username: 'username', email: 'email' } as const;

type CreatedRow = TicketRow & { readonly owesMail: boolean };

function created({ owesMail, ...ticket }: CreatedRow): CreatedTicket {
  return { ticket, owesMail };
}

/** Creates tickets, those that wait at the same time by one statement (docs/decisions/0081-batches.md). */
export class NewTickets {
  readonly #rows: Rows;
  readonly #writes: Writes;
  readonly #batcher: Batcher<NewTicket, CreatedTicket | null>;
  #statement: ((...values: readonly unknown[]) => RawBuilder<CreatedRow>) | undefined;

  constructor(rows: Rows, writes: Writes) {
    this.#rows = rows;
    this.#writes = writes;
    this.#batcher = new Batcher({
      summary: 'INSERT ticket',
      together: async (items) => this.#together(items),
      alone: async (item) => this.#alone(item),
      keyOf: ({ ticket }) => ticket.id,
    });
  }

  /**
   * Null, and nothing is written, when there is no such product or user, or the id is in use. Product and assignee are
   * locked against deletion.
   */
  async create(item: NewTicket): Promise<CreatedTicket | null> {
    const { assignee } = item;
    return assignee === null || assignee.id != null ? this.#batcher.run(item) : this.#alone(item);
  }

  async #together(items: readonly NewTicket[]) {
    const tickets = items.map(({ ticket, assignee }) => ({ ...ticket, assignedToId: assignee?.id ?? null }));
    const events = items.map(({ event }) => event);
    const mails = items.flatMap(({ mail, assignee }) => (assignee ? [{ ...mail, recipientId: assignee.id }] : []));
    this.#statement ??= this.#writes.written(this.#insert());
    const rows = await this.#rows.all(
      this.#statement(JSON.stringify(tickets), JSON.stringify(events), JSON.stringify(mails)),
    );
    const byId = new Map(rows.map((row) => [row.id, created(row)]));
    // What is missing or locked is looked at alone.
    return items.map(({ ticket }) => {
      const result = byId.get(ticket.id);
      return result && { result };
    });
  }

  /** Numbers in the order of arrival. What somebody is about to change or delete is skipped: it may take them long. */
  #insert(): RawBuilder<CreatedRow> {
    const ticket = this.#writes.records(Ticket, TICKET, '$1', 'i');
    const event = this.#writes.records(TicketEvent, EVENT, '$2', 'e');
    const mail = this.#writes.records(Notification, MAIL, '$3', 'm');
    return sql<CreatedRow>`
      with item as materialized (select * from ${ticket.source}),
      product as materialized (
        select id from product where id = any(array(select "productId" from item)) and deleted_at is null
        order by id for share skip locked
      ),
      assignee as materialized (
        select id, assignment_emails from "user" where id = any(array(select "assignedToId" from item)) and deleted_at is null
        order by id for share skip locked
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
      select ${this.#rows.columns(Ticket, 't')}, t.id in (select ticket_id from owed) as "owesMail" from written t`;
  }

  async #alone({ ticket, event, mail, assignee }: NewTicket): Promise<CreatedTicket | null> {
    const { productId } = ticket;
    const key = (['id', 'username', 'email'] as const).find((name) => assignee?.[name] != null);
    const named =
      key && sql`"user" where ${sql.ref(USER_COLUMNS[key])} = ${assignee?.[key]} and deleted_at is null for share`;
    const owed = this.#writes.insert(Notification, { ...mail, recipientId: sql`assignee.id` });

    const found = await this.#rows.first(sql<CreatedRow>`
      with ${named ? sql`assignee as (select id, assignment_emails from ${named}),` : sql``}
      ${productId == null ? sql`` : sql`product as (select id from product where id = ${productId} and deleted_at is null for share),`}
      written as (
        ${this.#writes.insert(Ticket, { ...ticket, assignedToId: named ? sql`(select id from assignee)` : null })}
        where ${named ? sql`exists (select from assignee)` : sql`true`}
          and ${productId == null ? sql`true` : sql`exists (select from product)`}
        on conflict (id) do nothing returning *
      ),
      event as (${this.#writes.insert(TicketEvent, event)} from written)
      ${named ? sql`, owed as (${owed} from written, assignee where assignment_emails returning id)` : sql``}
      select ${this.#rows.columns(Ticket, 't')}, ${named ? sql`exists (select from owed)` : sql`false`} as "owesMail" from written t`);
    return found && created(found);
  }
}
