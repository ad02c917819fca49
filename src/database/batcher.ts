import pLimit from 'p-limit';
import { DatabaseError } from 'pg';
import { currentScope, inScope, runOutsideScope, type Scope } from '../observability/scope.js';
import { type SpanAttributes } from '../observability/tracing/span.js';
import { PipelinedConnection } from './pipelined-connection.js';
import { DatabaseUnavailableError } from './unavailable-error.js';

/** The result of an item; undefined for one that the batch skipped. */
type InBatch<Result> = { readonly result: Result } | undefined;

export interface BatcherOptions<Item, Result> {
  /** Name of the batch's spans, such as `INSERT ticket`; one span in the trace of each item. */
  readonly summary: string;
  /**
   * Executes all items in one atomic statement. Gives the results in the order of the items. Items that would wait for
   * a lock are skipped.
   * @param connection the pipelined connection on which the statement queues
   */
  readonly executeBatch: (
    items: readonly Item[],
    connection: PipelinedConnection,
  ) => Promise<readonly InBatch<Result>[]>;
  /** Executes one item by a statement of its own. */
  readonly executeOne: (item: Item) => Promise<Result>;
  /** If given, an item is queued while a batch under way holds another one with the same key. Items executed alone hold no key. */
  readonly keyOf?: (item: Item) => string;
  /** Number of connections, each with one batch at a time; default 1. */
  readonly concurrency?: number;
  /** While another batch is under way, a batch is sent at once from this size on. */
  readonly minBatch?: number;
  /** Maximum size of a batch. */
  readonly maxBatch?: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly key: string | undefined;
  readonly scope: Scope | undefined;
  readonly since: number;
  readonly resolve: (outcome: InBatch<Result>) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection for batches, with one batch under way at most. */
interface Lane {
  readonly connection: PipelinedConnection;
  isBusy: boolean;
}

/** A statement of this size takes some 10 ms: others do not wait long, and larger ones hardly save more. */
const MAX_BATCH = 32;
/** Smaller batches cost PostgreSQL more for each item than an earlier start saves. */
const MIN_BATCH = 8;
/** Maximum linger: how long an item waits for others while a batch is under way. */
const LINGER_MS = 2;
/** Maximum time in the queue, as for a connection of the pool (orm.ts); items that waited longer are refused. */
const MAX_WAIT_MS = 5_000;
/** Concurrency of the items of failed batches, which are executed one by one; leaves connections to reads. */
const SINGLE_CONCURRENCY = 8;

/** SQLSTATE classes with an unknown outcome, or where a retry cannot help. */
const NON_RETRYABLE = ['08', '53', '57P'];

/** The error of an item that was not sent in time: the client is told to retry. */
function connectionTimeout(): Error {
  return new DatabaseUnavailableError('pool full', new Error('no connection was free for too long'));
}

/** Whether PostgreSQL reported that it rolled the statement back. After a broken connection the outcome is unknown. */
function wasRolledBack(error: unknown): boolean {
  return error instanceof DatabaseError && !NON_RETRYABLE.some((prefix) => error.code?.startsWith(prefix) ?? true);
}

/**
 * Executes concurrent items in one statement, like a database's group commit: a row in a statement of many costs
 * PostgreSQL about half of what it costs alone (bench/results.md, "Writes"). When no batch is under way, an item is
 * sent at the end of this turn of the event loop; otherwise when `minBatch` items are queued, or after LINGER_MS.
 *
 * Results are given after the commit. One item never fails another: when PostgreSQL rejects a batch, its items are
 * executed one by one. When the connection breaks, all of them fail without a retry: the batch may have been committed
 * (docs/decisions/0081-batches.md).
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #lanes: readonly Lane[];
  readonly #executeOne = pLimit(SINGLE_CONCURRENCY);
  /** The queue, in order of arrival. */
  #waiting: Waiting<Item, Result>[] = [];
  readonly #keysInBatches = new Set<string>();
  #isScheduled = false;
  #lingering: NodeJS.Timeout | undefined;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.concurrency ?? 1 }, () => ({
      connection: new PipelinedConnection(),
      isBusy: false,
    }));
  }

  /** @throws the error that the item would cause alone */
  async run(item: Item): Promise<Result> {
    const outcome = await new Promise<InBatch<Result>>((resolve, reject) => {
      this.#waiting.push({
        item,
        key: this.#options.keyOf?.(item),
        scope: currentScope(),
        since: performance.now(),
        resolve,
        reject,
      });
      this.#schedule();
    });
    if (outcome) return outcome.result;
    const since = performance.now();
    return this.#executeOne(async () => {
      if (performance.now() - since > MAX_WAIT_MS) throw connectionTimeout();
      return this.#options.executeOne(item);
    });
  }

  /**
   * Deferred to the end of this turn of the event loop, so that items of one turn share a batch, and finished answers
   * are sent first.
   */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    runOutsideScope(() => setImmediate(() => this.#begin()));
  }

  #begin(): void {
    this.#isScheduled = false;
    this.#refuseOld();
    for (const lane of this.#lanes) {
      const batch = !lane.isBusy && this.#isDue() ? this.#take() : [];
      if (batch.length > 0) void this.#execute(batch, lane);
    }
    if (this.#waiting.length > 0 && this.#lingering === undefined) {
      this.#lingering = setTimeout(() => {
        this.#lingering = undefined;
        this.#begin();
      }, LINGER_MS);
    }
  }

  /** Whether the queued items need not linger. */
  #isDue(): boolean {
    const [first] = this.#waiting;
    if (!first) return false;
    const { minBatch = MIN_BATCH } = this.#options;
    const isIdle = this.#lanes.every(({ isBusy }) => !isBusy);
    return isIdle || this.#waiting.length >= minBatch || performance.now() - first.since >= LINGER_MS;
  }

  /** Takes the next batch, first come first served. */
  #take(): readonly Waiting<Item, Result>[] {
    const { maxBatch = MAX_BATCH } = this.#options;
    const batch: Waiting<Item, Result>[] = [];
    this.#waiting = this.#waiting.filter((waiting) => {
      const { key } = waiting;
      if (batch.length >= maxBatch || (key !== undefined && this.#keysInBatches.has(key))) return true;
      if (key !== undefined) this.#keysInBatches.add(key);
      batch.push(waiting);
      return false;
    });
    return batch;
  }

  #refuseOld(): void {
    const tooOld = performance.now() - MAX_WAIT_MS;
    // First come, first in the list.
    while (this.#waiting[0] && this.#waiting[0].since < tooOld) {
      this.#waiting.shift()?.reject(connectionTimeout());
    }
  }

  async #execute(batch: readonly Waiting<Item, Result>[], lane: Lane): Promise<void> {
    lane.isBusy = true;
    try {
      const items = batch.map(({ item }) => item);
      const outcomes = await this.#inScopes(batch, async () => this.#options.executeBatch(items, lane.connection));
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]);
    } catch (error) {
      const isRolledBack = wasRolledBack(error);
      for (const { resolve, reject } of batch) {
        if (isRolledBack) resolve(undefined);
        else reject(error);
      }
    } finally {
      for (const { key } of batch) if (key !== undefined) this.#keysInBatches.delete(key);
      lane.isBusy = false;
      this.#schedule();
    }
  }

  /** A batch of one request runs in its scope; a batch of several runs in no scope, with a span in each trace. */
  async #inScopes<Outcome>(batch: readonly Waiting<Item, Result>[], work: () => Promise<Outcome>): Promise<Outcome> {
    const [first, ...others] = batch;
    if (first?.scope && others.length === 0) return inScope(first.scope, work);
    const { summary } = this.#options;
    const attributes: SpanAttributes = {
      'db.system.name': 'postgresql',
      'db.query.summary': summary,
      'db.operation.batch.size': batch.length,
    };
    const spans = batch.map(({ scope }) => scope?.span?.child(summary, 'client', attributes));
    try {
      return await work();
    } finally {
      for (const span of spans) span?.end();
    }
  }
}
