import pLimit from 'p-limit';
import { DatabaseError } from 'pg';
import { currentScope, inScope, outOfScope, type Scope } from '../observability/scope.js';
import { type SpanAttributes } from '../observability/tracing/span.js';
import { PipelinedConnection } from './pipelined-connection.js';
import { DatabaseUnavailableError } from './unavailable-error.js';

/** What an item of a batch comes to: its result, or undefined for one that the batch left out. */
type InBatch<Result> = { readonly result: Result } | undefined;

export interface BatcherOptions<Item, Result> {
  /** Of the spans that show a batch in the traces of those whose items it held, like `INSERT ticket`. */
  readonly summary: string;
  /**
   * All of the items in one statement that is done as a whole or not at all, with what each comes to in the order of the
   * items. What would have to wait for somebody's lock is left out.
   * @param connection in which the statement is to wait for those before
   */
  readonly executeBatch: (
    items: readonly Item[],
    connection: PipelinedConnection,
  ) => Promise<readonly InBatch<Result>[]>;
  /** One item by itself. */
  readonly executeOne: (item: Item) => Promise<Result>;
  /** If given, two items with one key are never in the same batch; the later waits for the next. */
  readonly keyOf?: (item: Item) => string;
  /** How many connections batches go on, each one at a time; 1 if not given. */
  readonly concurrency?: number;
  /** So many need not wait for more while another batch is under way. */
  readonly minBatch?: number;
  /** The most items of a batch. */
  readonly maxBatch?: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly scope: Scope | undefined;
  readonly since: number;
  readonly resolve: (outcome: InBatch<Result>) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection for batches, of which it takes one at a time. */
interface Lane {
  readonly connection: PipelinedConnection;
  isBusy: boolean;
}

/** A statement of so many takes some 10 ms: few others wait for long, and more of them would hardly save more. */
const MAX_BATCH = 32;
/** Smaller batches cost PostgreSQL more for each item than is won by beginning them sooner. */
const MIN_BATCH = 8;
/** How long an item waits for others while a batch is under way. */
const LINGER_MS = 2;
/** As long as a request waits for a connection (orm.ts): what waited longer is not begun. */
const MAX_WAIT_MS = 5_000;
/** Items of refused batches that are executed one by one at the same time, so that reads find connections too. */
const SINGLE_CONCURRENCY = 8;

/** SQLSTATE classes with an unknown outcome, or where a retry cannot help. */
const NON_RETRYABLE = ['08', '53', '57P'];

/** The client is told to try again. */
function connectionTimeout(): Error {
  return new DatabaseUnavailableError('pool full', new Error('no connection was free for too long'));
}

/** Whether PostgreSQL itself said that it took the statement back. A broken connection says nothing of it. */
function wasRolledBack(error: unknown): boolean {
  return error instanceof DatabaseError && !NON_RETRYABLE.some((prefix) => error.code?.startsWith(prefix) ?? true);
}

/**
 * Executes items that arrive at the same time in one statement, as a database commits groups: a row in a statement of many
 * costs PostgreSQL about half of what it costs alone (bench/results.md, "Writes"). When no batch is under way, an item is sent
 * at the end of this turn of the event loop; otherwise when `minBatch` items wait, or it has waited for LINGER_MS.
 *
 * A result is given after the statement is committed. One item never fails another: when PostgreSQL refuses a batch, its
 * items are executed one by one. When the connection breaks, all of them fail and nothing is retried: the batch may have
 * been committed (docs/decisions/0081-batches.md).
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #lanes: readonly Lane[];
  readonly #executeOne = pLimit(SINGLE_CONCURRENCY);
  /** In the order in which they came. */
  #waiting: Waiting<Item, Result>[] = [];
  #isScheduled = false;
  #lingering: NodeJS.Timeout | undefined;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.concurrency ?? 1 }, () => ({
      connection: new PipelinedConnection(),
      isBusy: false,
    }));
  }

  /** @throws what the item alone would throw */
  async run(item: Item): Promise<Result> {
    const outcome = await new Promise<InBatch<Result>>((resolve, reject) => {
      this.#waiting.push({ item, scope: currentScope(), since: performance.now(), resolve, reject });
      this.#schedule();
    });
    if (outcome) return outcome.result;
    const since = performance.now();
    return this.#executeOne(async () => {
      if (performance.now() - since > MAX_WAIT_MS) throw connectionTimeout();
      return this.#options.executeOne(item);
    });
  }

  /** At the end of this turn of the event loop: all that come in it go together, and answers go out first. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    outOfScope(() => setImmediate(() => this.#begin()));
  }

  #begin(): void {
    this.#isScheduled = false;
    this.#refuseOld();
    for (const lane of this.#lanes) if (!lane.isBusy && this.#isDue()) void this.#execute(this.#take(), lane);
    if (this.#waiting.length > 0 && this.#lingering === undefined) {
      this.#lingering = setTimeout(() => {
        this.#lingering = undefined;
        this.#begin();
      }, LINGER_MS);
    }
  }

  /** Whether those that wait need not wait for more. */
  #isDue(): boolean {
    const [first] = this.#waiting;
    if (!first) return false;
    const { minBatch = MIN_BATCH } = this.#options;
    const isIdle = this.#lanes.every(({ isBusy }) => !isBusy);
    return isIdle || this.#waiting.length >= minBatch || performance.now() - first.since >= LINGER_MS;
  }

  /** Takes the next batch, first come first served. */
  #take(): readonly Waiting<Item, Result>[] {
    const { keyOf, maxBatch = MAX_BATCH } = this.#options;
    const batch = new Map<unknown, Waiting<Item, Result>>();
    this.#waiting = this.#waiting.filter((waiting) => {
      const key = keyOf ? keyOf(waiting.item) : waiting;
      if (batch.size >= maxBatch || batch.has(key)) return true;
      batch.set(key, waiting);
      return false;
    });
    return [...batch.values()];
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
      lane.isBusy = false;
      this.#schedule();
    }
  }

  /** What one request asked for belongs to it; what several asked for to none of them, but each trace shows it. */
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
