import { sql } from 'kysely';
import { type Logger } from 'pino';
import { type Rows } from '../database/rows.js';
import { learnWaiting } from './vocabulary.js';

const EVERY_MS = 1000;
/** Indexes whose new entries wait in a list, which each search reads, until they are put in. */
const INDEXES = ['ticket_search_by_words', 'ticket_stem_by_stems', 'comment_by_words', 'search_word_by_slips'];

/**
 * Does each second what a write would otherwise have to wait for: words of new texts are put into the vocabulary, and
 * new entries into the indexes. What a search finds does not depend on it. Every process does it, one after the other
 * or at the same time.
 */
export class SearchUpkeep {
  readonly #rows: Rows;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(rows: Rows, logger: Logger) {
    this.#rows = rows;
    this.#logger = logger;
  }

  /** Does it once, until nothing is left. */
  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted && (await learnWaiting(this.#rows)) > 0);
    await this.#rows.all(sql`select gin_clean_pending_list(name::regclass) from unnest(${INDEXES}::text[]) as name`);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.run()
        .catch((error: unknown) => this.#logger.error({ err: error }, 'The upkeep of search failed; it comes again'))
        .finally(() => {
          this.#running = undefined;
        });
    }, EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#running;
  }
}
