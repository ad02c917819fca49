import { type EntityManager } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { type Row } from '../database/row.js';
import { isoInstant } from '../database/text-values.js';
import { insertedRecords, type PreparedWrite, updatedRecords } from './ticket-records.js';
import {
  type NewEvent,
  type PendingMail,
  type RunQuery,
  type SavedRow,
  snapshotOf,
  type TicketStatements,
} from './ticket-statements.js';
import { type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { type Ticket } from './ticket.entity.js';
import { TICKET_FIELDS } from './ticket.fields.js';

/** Maximum number of tickets in one statement: a user may be assigned to any number. */
const MAX_WRITES = 500;

const INSTANTS = TICKET_FIELDS.filter(({ kind }) => kind === 'instant').map(({ column }) => column);

/** Converts instants to ISO 8601: the ORM's connection gives PostgreSQL's own text. */
function withInstants<Loaded extends Row<Ticket>>(row: Loaded): Loaded {
  const instants = INSTANTS.map((column) => {
    const value: unknown = row[column];
    return [column, typeof value === 'string' ? isoInstant(value) : value];
  });
  return { ...row, ...Object.fromEntries(instants) };
}

/** Loads, locks and saves tickets in a transaction of the ORM. */
export class TicketTransaction {
  readonly em: EntityManager;
  readonly #statements: TicketStatements;
  readonly #prepare: (write: TicketWrite) => PreparedWrite;
  /** Mails that became pending in this transaction. */
  readonly pending: PendingMail[] = [];

  constructor(em: EntityManager, statements: TicketStatements, prepare: (write: TicketWrite) => PreparedWrite) {
    this.em = em;
    this.#statements = statements;
    this.#prepare = prepare;
  }

  readonly run: RunQuery = async (query) => {
    const kysely = this.em.getKysely<unknown>();
    const { rows } = 'sql' in query ? await kysely.executeQuery(query) : await query.execute(kysely);
    return rows;
  };

  /**
   * Locks tickets, then loads them. In the order of ids, to avoid deadlocks. NO KEY UPDATE does not block inserts of rows that refer to the ticket (docs/decisions/0011-order-of-locks.md).
   * @param which condition on the tickets `t`; must exclude those that are hidden from the viewer, as waiting for a
   * ticket's lock would reveal that it exists
   */
  async lock(which: RawBuilder<boolean>): Promise<TicketSnapshot[]> {
    const locked = await this.run(
      sql<{ id: string }>`select t.id from ticket t where ${which} order by t.id for no key update`,
    );
    if (locked.length === 0) return [];
    const ids = locked.map(({ id }) => id);
    const rows = await this.run(this.#statements.select(JSON.stringify(ids)));
    return rows.map((row) => snapshotOf(withInstants(row)));
  }

  /** Saves the writes to locked tickets. Gives their events. */
  async save(writes: readonly (TicketWrite | null)[]): Promise<NewEvent[]> {
    const prepared = writes.flatMap((write) => (write ? [this.#prepare(write)] : []));
    for (let begin = 0; begin < prepared.length; begin += MAX_WRITES) {
      const batch = prepared.slice(begin, begin + MAX_WRITES);
      const rows = await this.run(this.#statements.update(...updatedRecords(batch)));
      if (rows.length !== batch.length) {
        throw new Error('A locked ticket was changed by another transaction');
      }
      this.#notePending(rows);
    }
    return prepared.flatMap(({ event }) => event ?? []);
  }

  /** Saves a new ticket. False when its id is in use. */
  async create(write: TicketWrite): Promise<boolean> {
    const prepared = this.#prepare(write);
    const rows = await this.run(this.#statements.insert(...insertedRecords([prepared])));
    this.#notePending(rows);
    return rows.length > 0;
  }

  /** Saves new tickets that have numbers already. Gives how many mails became pending. */
  async import(writes: readonly TicketWrite[]): Promise<number> {
    const prepared = writes.map((write) => this.#prepare(write));
    const [records, events, mails] = insertedRecords(prepared);
    const [imported] = await this.run(this.#statements.insertImported(records, events, mails));
    return imported?.mails ?? 0;
  }

  /** Links imported tickets to their originals, all of which are saved. @param links the original's id by the duplicate's */
  async linkImported(links: ReadonlyMap<string, string>): Promise<void> {
    const pairs = [...links];
    for (let begin = 0; begin < pairs.length; begin += MAX_WRITES) {
      const batch = pairs.slice(begin, begin + MAX_WRITES);
      await this.run(sql`update ticket set duplicate_of_id = link.original
        from unnest(${batch.map(([id]) => id)}::uuid[], ${batch.map(([, original]) => original)}::uuid[]) as link(id, original)
        where ticket.id = link.id`);
    }
  }

  /** Unassigns users from active imported tickets, without events: nobody has seen the tickets yet. */
  async unassignImported(numbers: readonly number[], userIds: readonly string[]): Promise<void> {
    await this.run(sql`update ticket set assigned_to_id = null
      where number = any(${[...numbers]}::integer[]) and assigned_to_id = any(${[...userIds]}::uuid[])
      and status not in ('DONE', 'CLOSED')`);
  }

  #notePending(rows: readonly SavedRow[]): void {
    this.pending.push(...rows.flatMap(({ pending }) => pending ?? []));
  }
}
