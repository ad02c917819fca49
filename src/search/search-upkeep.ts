import { sql } from 'kysely';
import { type Logger } from 'pino';
import { type Db } from '../database/db.js';
import { learnWaiting } from './vocabulary.js';

const INTERVAL_MS = 1000;
/** Index entries are merged once in so many intervals: merging many at once costs less for each. */
const INTERVALS_PER_MERGE = 5;
/** GIN indexes, whose new entries wait in a pending list that each search reads (PostgreSQL, "GIN Fast Update Technique"). */
const INDEXES = ['ticket_search_by_words', 'ticket_stem_by_stems', 'comment_by_words', 'search_word_by_slips'];

/**
 * Does at intervals what a write would otherwise have to wait for: puts the words of new texts into the vocabulary, and
 * pending entries into the indexes. What a search finds does not depend on it. Every process does it, one after the other
 * or at the same time.
 */
export class SearchUpkeep {
  readonly #db: Db;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #intervals = 0;
  #hasFailed = false;

  constructor(db: Db, logger: Logger) {
    this.#db = db;
    this.#logger = logger;
  }

  /** Does all of it once. */
  async run(): Promise<void> {
    await this.#learn();
    await this.#db.all(sql`select gin_clean_pending_list(name::regclass) from unnest(${INDEXES}::text[]) as name`);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#tick().finally(() => {
        this.#running = undefined;
      });
    }, INTERVAL_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#running;
  }

  async #learn(): Promise<void> {
    while (!this.#stopping.signal.aborted && (await learnWaiting(this.#db)) > 0);
  }

  async #tick(): Promise<void> {
    this.#intervals += 1;
    try {
      await (this.#intervals % INTERVALS_PER_MERGE === 0 ? this.run() : this.#learn());
      this.#hasFailed = false;
    } catch (error) {
      // While the database is away each interval fails: the first failure is enough for the log.
      if (!this.#hasFailed) this.#logger.warn({ err: error }, 'The upkeep of search failed, and will be tried again');
      this.#hasFailed = true;
    }
  }
}
