import pLimit from 'p-limit';
import { DatabaseError } from 'pg';
import { currentScope, inScope, outOfScope, type Scope } from '../observability/scope.js';
import { type SpanAttributes } from '../observability/tracing/tracing.js';
import { PipelinedConnection } from './pipelined-connection.js';

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
  /** How many connections batches go on, each on the one that has the least to do; 1 if not given. Stalled ones do not count. */
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

/**
 * A connection's batches. One is done at a time, and one more is sent behind it, for PostgreSQL to have work while Docket
 * answers the first. The later a batch is closed, the more go with it.
 */
interface Pipeline {
  readonly connection: PipelinedConnection;
  /** How many have been sent and not answered. */
  underWay: number;
  /** When PostgreSQL got, or got to, the first of them, by performance.now(). */
  headSince: number;
  /** When the last one was sent or answered. */
  changedAt: number;
}

/** A statement of so many takes some 10 ms: few others wait for long, and more of them would hardly save more. */
const MAX_BATCH = 32;

/** Smaller batches cost PostgreSQL more for each item than is won by beginning them sooner. */
const MIN_BATCH = 8;

/** As long as a request waits for a connection (orm.ts): what waited longer is not begun. */
const MAX_WAIT_MS = 5_000;
/** Whoever has waited so long does not wait for more where a connection has nothing to do. A busy server looks later, for more. */
const LINGER_MS = 2;
/** Longer than a batch takes, unless it waits for somebody's lock, or clears up the search's index for all before it. */
const STALLED_MS = 50;
/** Items of refused batches that are done alone at the same time, each on a connection that reads then have not. */
const SINGLE_CONCURRENCY = 8;

/** PostgreSQL's classes of errors that may come after a commit, or that nobody is helped with by asking again. */
const NON_RETRYABLE = ['08', '53', '57P'];

/** Connections that are used while as many others have stalled. */
const SPARE = 1;

function isStalled({ underWay, headSince }: Pipeline): boolean {
  return underWay > 0 && performance.now() - headSince >= STALLED_MS;
}

/** What `pg` says of the same: the client is told to try again. */
function connectionTimeout(): Error {
  return new Error('timeout exceeded when trying to connect: others waited before');
}

/** Whether PostgreSQL itself said that it took the statement back. A broken connection says nothing of it. */
function wasRolledBack(error: unknown): boolean {
  return error instanceof DatabaseError && !NON_RETRYABLE.some((prefix) => error.code?.startsWith(prefix) ?? true);
}

/**
 * Does what waits at the same time by one statement, as a database commits groups: a row in a statement of many costs
 * PostgreSQL about half of what it costs alone (bench/results.md, "Writes"). Whoever finds no batch under way goes at once, with
 * all that come in the same turn of the event loop. Beside or behind one that is under way the next is sent when many wait,
 * or when somebody has waited since before that one began, or for a moment where a connection has nothing to do. One that
 * has stalled is passed over: another one takes its place.
 *
 * A result is given after the statement is committed. One item never fails another: when PostgreSQL refuses a batch, each of its
 * items is done alone. When the connection breaks, all of them fail, as each would have alone, and nothing is tried again:
 * the batch may have been committed (docs/decisions/0081-batches.md).
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  readonly #concurrency: number;
  readonly #pipelines: readonly Pipeline[];
  #isScheduled = false;
  #lookingAgain: NodeJS.Timeout | undefined;
  readonly #executeOne = pLimit(SINGLE_CONCURRENCY);

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 1;
    this.#pipelines = Array.from({ length: this.#concurrency + SPARE }, () => ({
      connection: new PipelinedConnection(),
      underWay: 0,
      headSince: 0,
      changedAt: 0,
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

  /** When this turn of the event loop is over: all that come in it go together, and answers go out first. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    outOfScope(() => setImmediate(() => this.#begin()));
  }

  /** Where a batch may begin now, if anywhere. */
  #free(): Pipeline | undefined {
    const [first] = this.#waiting;
    const { minBatch = MIN_BATCH } = this.#options;
    const moving = this.#pipelines.filter((pipeline) => !isStalled(pipeline)).slice(0, this.#concurrency);
    // Of two with as many, the one that got on last: the other may be about to stall.
    moving.sort((one, other) => one.underWay - other.underWay || other.headSince - one.headSince);
    const [least, ...others] = moving;
    if (!first || !least || least.underWay > 1) return undefined;
    if (least.underWay === 0 && others.every(({ underWay }) => underWay === 0)) return least;
    const isImpatient = least.underWay === 0 && performance.now() - first.since >= LINGER_MS;
    return this.#waiting.length >= minBatch || first.since < least.changedAt || isImpatient ? least : undefined;
  }

  #begin(): void {
    this.#isScheduled = false;
    for (let free = this.#free(); free; free = this.#free()) void this.#do(this.#take(), free);
    if (this.#waiting.length > 0 && this.#lookingAgain === undefined) {
      this.#lookingAgain = setTimeout(() => this.#lookAgain(), LINGER_MS);
    }
  }

  /** Somebody has waited for long enough, or what is under way may have stalled. */
  #lookAgain(): void {
    this.#lookingAgain = undefined;
    this.#refuseOld();
    this.#begin();
  }

  /** The next batch, first come first served. */
  #take(): readonly Waiting<Item, Result>[] {
    const { keyOf, minBatch = MIN_BATCH, maxBatch = MAX_BATCH } = this.#options;
    this.#refuseOld();
    // Half of them, and the others with the next: whoever goes together comes back together, and nobody would be left to
    // go beside or behind.
    const share = Math.min(maxBatch, Math.max(minBatch, Math.ceil(this.#waiting.length / 2)));
    const batch = new Map<unknown, Waiting<Item, Result>>();
    this.#waiting = this.#waiting.filter((waiting) => {
      const key = keyOf ? keyOf(waiting.item) : waiting;
      if (batch.size >= share || batch.has(key)) return true;
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

  async #do(batch: readonly Waiting<Item, Result>[], pipeline: Pipeline): Promise<void> {
    if (batch.length === 0) return;
    pipeline.changedAt = performance.now();
    if (pipeline.underWay === 0) pipeline.headSince = pipeline.changedAt;
    pipeline.underWay += 1;
    try {
      const items = batch.map(({ item }) => item);
      const outcomes = await this.#inScopes(batch, async () => this.#options.executeBatch(items, pipeline.connection));
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]);
    } catch (error) {
      const settle = wasRolledBack(error)
        ? ({ resolve }: Waiting<Item, Result>) => resolve(undefined)
        : ({ reject }: Waiting<Item, Result>) => reject(error);
      for (const waiting of batch) settle(waiting);
    } finally {
      pipeline.underWay -= 1;
      pipeline.changedAt = performance.now();
      pipeline.headSince = pipeline.changedAt;
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
