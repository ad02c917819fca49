import { type RawBuilder, sql } from 'kysely';
import { Batcher } from '../database/batcher.js';
import { type Rows } from '../database/rows.js';
import { writtenOnce } from '../database/writes.js';
import { type NotificationKind, NotificationStatus } from '../notifications/notification.entity.js';
import { type FieldChange } from './ticket-event.entity.js';
import { Ticket } from './ticket.entity.js';
import { type TicketRow } from './ticket.reader.js';

/** A mail that waits for the ticket's assignee, and no worker has taken up. */
export interface WaitingMail {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly changes: readonly FieldChange[];
  readonly actorId: string | null;
  readonly revision: string;
}

/** A ticket as it was read, with all that a change of its own fields is decided on. */
export type ReadTicket = TicketRow & {
  /** Another one as soon as anything writes the row. */
  readonly revision: string;
  /** Whether the assignee lives, and wants mails about changes. */
  readonly tellsAssignee: boolean | null;
  readonly untried: readonly WaitingMail[];
};

/** Reads tickets that are to be changed, those that are asked for at the same time by one statement. */
export class ReadTickets {
  readonly #rows: Rows;
  readonly #batcher: Batcher<string, ReadTicket | null>;
  readonly #statement = writtenOnce(() => this.#select());

  constructor(rows: Rows) {
    this.#rows = rows;
    this.#batcher = new Batcher({
      summary: 'SELECT ticket',
      together: async (ids) => (await this.#together(ids)).map((result) => ({ result })),
      alone: async (id) => (await this.#together([id]))[0] ?? null,
    });
  }

  /** A ticket, deleted or not, by its id in lower case; null if there is none. Nothing is locked. */
  async read(id: string): Promise<ReadTicket | null> {
    return this.#batcher.run(id);
  }

  async #together(ids: readonly string[]): Promise<(ReadTicket | null)[]> {
    const tickets = await this.#rows.all(this.#statement([...new Set(ids)]));
    const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  #select(): RawBuilder<ReadTicket> {
    return sql<ReadTicket>`
      select ${this.#rows.columns(Ticket, 't')}, t.xmin::text as revision,
        a.update_emails and a.deleted_at is null as "tellsAssignee",
        array(
          select jsonb_build_object('id', n.id, 'kind', n.kind, 'changes', n.changes, 'actorId', n.actor_id, 'revision', n.xmin::text)
          from notification n
          where n.ticket_id = t.id and n.recipient_id = t.assigned_to_id
            and n.status = ${sql.lit(NotificationStatus.SCHEDULED)} and n.claimed_until is null
        ) as untried
      from ticket t left join "user" a on a.id = t.assigned_to_id where t.id = any($1::uuid[])`;
  }
}
