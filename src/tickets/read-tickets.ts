import { type RawBuilder, sql } from 'kysely';
import { Batcher } from '../database/batcher.js';
import { type Db } from '../database/db.js';
import { memoizedSql } from '../database/writes.js';
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
  /** Null for none. */
  readonly unclaimed: readonly WaitingMail[] | null;
};

/** Reads tickets that are to be changed, those that are asked for at the same time by one statement. */
export class ReadTickets {
  readonly #db: Db;
  readonly #batcher: Batcher<string, ReadTicket | null>;
  readonly #statement = memoizedSql(() => this.#select());

  constructor(db: Db) {
    this.#db = db;
    this.#batcher = new Batcher({
      summary: 'SELECT ticket',
      executeBatch: async (ids, line) => {
        const tickets = await this.#db.inLine(line, this.#statement(JSON.stringify([...new Set(ids)])));
        const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
        return ids.map((id) => ({ result: byId.get(id) ?? null }));
      },
      executeOne: async (id) => this.#db.first(this.#statement(JSON.stringify([id]))),
    });
  }

  /** A ticket, deleted or not, by its id in lower case; null if there is none. Nothing is locked. */
  async read(id: string): Promise<ReadTicket | null> {
    return this.#batcher.run(id);
  }

  /** As JSON, of which PostgreSQL always expects a hundred: for arrays it would make another plan each time. */
  #select(): RawBuilder<ReadTicket> {
    return sql<ReadTicket>`
      select ${this.#db.columns(Ticket, 't')}, t.xmin::text as revision,
        a.update_emails and a.deleted_at is null as "tellsAssignee",
        (
          select json_agg(json_build_object('id', n.id, 'kind', n.kind, 'changes', n.changes, 'actorId', n.actor_id, 'revision', n.xmin::text))
          from notification n
          where n.ticket_id = t.id and n.recipient_id = t.assigned_to_id
            and n.status = ${sql.lit(NotificationStatus.SCHEDULED)} and n.claimed_until is null
        ) as unclaimed
      from json_array_elements_text($1::json) wanted (id) join ticket t on t.id = wanted.id::uuid
        left join "user" a on a.id = t.assigned_to_id`;
  }
}
