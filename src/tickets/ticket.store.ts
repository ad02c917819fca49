import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { Batcher } from '../database/batcher.js';
import { type Db } from '../database/db.js';
import { type PipelinedConnection } from '../database/pipelined-connection.js';
import { type Row } from '../database/row.js';
import { type Writes } from '../database/writes.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { insertedRecords, type PreparedWrite, prepareWrite, updatedRecords } from './ticket-records.js';
import { type NewEvent, type RunQuery, type SavedRow, snapshotOf, TicketStatements } from './ticket-statements.js';
import { TicketTransaction } from './ticket-transaction.js';
import { type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { type Ticket } from './ticket.entity.js';

/** Connections for batches, of inserts and of updates each: while one batch waits for its commit, others execute (bench/results.md). */
const WRITE_CONCURRENCY = 3;

/** Span names of the statements. */
const SUMMARIES = { select: 'select ticket', insert: 'insert ticket', update: 'update ticket' } as const;

/**
 * SQLSTATEs of a write that lost a race: serialization failure, and unique violation on a mail that another write made
 * pending.
 */
const TOO_LATE = new Set<unknown>(['40001', '23505']);

function cameTooLate(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && TOO_LATE.has(error.code);
}

/** What a write made of a ticket. */
export interface SavedTicket {
  readonly ticket: Row<Ticket>;
  readonly event: NewEvent | null;
}

/**
 * Loads and saves tickets: one statement writes a ticket, its event and its mails. Without a transaction, concurrent
 * calls are batched (docs/decisions/0081-batches.md), nothing is locked, and `save` writes only if the ticket is
 * unchanged since `load` (optimistic concurrency). If it is not, or if people and products must be locked, callers run
 * the same command in a `transaction`.
 */
export class TicketStore {
  readonly #orm: MikroORM;
  readonly #db: Db;
  readonly #notifications: NotificationService;
  readonly #statements: TicketStatements;
  readonly #loads: Batcher<string, TicketSnapshot | null>;
  readonly #inserts: Batcher<PreparedWrite, SavedRow | null>;
  readonly #updates: Batcher<PreparedWrite, SavedRow | null>;

  constructor({
    orm,
    db,
    writes,
    notifications,
  }: {
    orm: MikroORM;
    db: Db;
    writes: Writes;
    notifications: NotificationService;
  }) {
    const statements = new TicketStatements(db, writes);
    this.#orm = orm;
    this.#db = db;
    this.#notifications = notifications;
    this.#statements = statements;
    this.#loads = new Batcher({
      summary: SUMMARIES.select,
      executeBatch: async (ids, pipeline) => {
        const query = statements.select(JSON.stringify([...new Set(ids)]));
        const rows = await db.all(query, { pipeline, summary: SUMMARIES.select });
        const snapshots = new Map(rows.map((row) => [row.id, snapshotOf(row)]));
        return ids.map((id) => ({ result: snapshots.get(id) ?? null }));
      },
      executeOne: async (id) => {
        const row = await db.first(statements.select(JSON.stringify([id])));
        return row && snapshotOf(row);
      },
    });
    this.#inserts = new Batcher({
      summary: SUMMARIES.insert,
      concurrency: WRITE_CONCURRENCY,
      // A locked product or user would delay the whole batch: its ticket is skipped, and written by a statement of its
      // own.
      executeBatch: async (batch, pipeline) => {
        const query = statements.insertUnlocked(...insertedRecords(batch));
        const rows = byId(await db.write(query, { pipeline, summary: SUMMARIES.insert }));
        return batch.map(({ write }) => {
          const result = rows.get(write.ticketId);
          return result && { result };
        });
      },
      executeOne: async (one) => {
        const query = statements.insert(...insertedRecords([one]));
        return (await db.write(query, { summary: SUMMARIES.insert }))[0] ?? null;
      },
      keyOf: ({ write }) => write.ticketId,
    });
    const update = async (batch: readonly PreparedWrite[], pipeline?: PipelinedConnection) => {
      const query = statements.update(...updatedRecords(batch));
      const rows = byId(await db.write(query, { pipeline, summary: SUMMARIES.update }));
      return batch.map(({ write }) => rows.get(write.ticketId) ?? null);
    };
    this.#updates = new Batcher({
      summary: SUMMARIES.update,
      concurrency: WRITE_CONCURRENCY,
      executeBatch: async (batch, pipeline) => (await update(batch, pipeline)).map((result) => ({ result })),
      executeOne: async (one) => {
        try {
          return (await update([one]))[0] ?? null;
        } catch (error) {
          if (cameTooLate(error)) return null;
          throw error;
        }
      },
      keyOf: ({ write }) => write.ticketId,
    });
  }

  /** Runs reads outside of a transaction. */
  readonly run: RunQuery = async (query) => this.#db.pipelined(query);

  /** A ticket, deleted or not; null if there is none. @param id in lower case */
  async load(id: string): Promise<TicketSnapshot | null> {
    return this.#loads.run(id);
  }

  /**
   * The ticket as it was written, and the event of it. Null, with nothing written, when a new ticket's id is in use or
   * its product or assignee does not exist; and when the ticket has changed since it was loaded, or is locked.
   */
  async save(write: TicketWrite): Promise<SavedTicket | null> {
    const prepared = this.#prepared(write);
    const row = await (write.revision === null ? this.#inserts : this.#updates).run(prepared);
    if (row === null) return null;
    const { savedId: _, pending, ...ticket } = row;
    this.#notifications.scheduleDeliveries(pending ?? []);
    return { ticket, event: prepared.event };
  }

  /** Runs work in a transaction, and after the commit schedules the mails that became pending. */
  async transaction<Result>(work: (tx: TicketTransaction) => Promise<Result>): Promise<Result> {
    let tx: TicketTransaction | undefined;
    const result = await this.#orm.em.fork().transactional(async (em) => {
      tx = this.within(em);
      return work(tx);
    });
    this.#notifications.scheduleDeliveries(tx?.pending ?? []);
    return result;
  }

  /**
   * For work in a transaction of the caller's. Its mails are not scheduled, but found by the workers when they are due.
   */
  within(em: EntityManager): TicketTransaction {
    return new TicketTransaction(em, this.#statements, (write) => this.#prepared(write));
  }

  #prepared(write: TicketWrite): PreparedWrite {
    return prepareWrite(write, (kind, now) => this.#notifications.dueAfter(kind, now));
  }
}

/** By the id of the ticket that was written. */
function byId(rows: readonly SavedRow[]): ReadonlyMap<string, SavedRow> {
  return new Map(rows.map((row) => [row.savedId, row]));
}
