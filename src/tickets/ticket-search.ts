import { type RawBuilder, sql } from 'kysely';
import { type Db } from '../database/db.js';
import { withLookAlikes } from '../search/look-alikes.js';
import { searchedText } from '../search/searched-text.js';
import { type TermGroups, withInternal, wordQuery } from '../search/word-query.js';
import { isWalkedSooner } from '../search/word-statistics.js';
import { relevanceOf } from './ticket-relevance.js';

/** Maximum number of matches that are passed to the list's statement by their numbers. */
const MAX_MATCHED_NUMBERS = 5000;
/** PostgreSQL's largest integer. */
const ALL = 2 ** 31 - 1;
/** How many of the newest tickets are scanned for one with frequent words. */
const MAX_SCANNED_TICKETS = 1000;

export interface TicketSearchScope {
  /** Boolean expression over the ticket table under `t`: visible to the viewer. */
  readonly readable: RawBuilder<boolean>;
  /** Whether these are the viewer's own tickets only. */
  readonly ownOnly: boolean;
  /** Whether words of internal comments count. */
  readonly internal: boolean;
  /** Whether look-alikes are searched for when the exact words match nothing. */
  readonly forgiving: boolean;
}

/** Numbers of the tickets that match a search, newest first. */
export interface NewestFirst {
  /** As a PostgreSQL array literal. */
  readonly numbers: string;
  readonly count: number;
}

/** Boolean expressions over the ticket table under an alias. */
export interface FoundTickets {
  /** By the numbers of all matches: the cost grows with their number. */
  readonly collected: (alias: string) => RawBuilder<boolean>;
  /** Tests one ticket after the other in list order: fills a page soon when many match. Null when few do. */
  readonly walked: ((alias: string) => RawBuilder<boolean>) | null;
  /** All matches, newest first. Null when there are many, or when tickets are also searched for by their numbers. */
  readonly newestFirst: NewestFirst | null;
  /** How well a match fits: see ticket-relevance.ts. */
  readonly relevance: (alias: string) => RawBuilder<number>;
}

interface Hits extends FoundTickets {
  /** Whether the viewer may see any of them. */
  readonly found: boolean;
}

type UnrankedTickets = Omit<FoundTickets, 'relevance'>;

const NO_TICKETS: FoundTickets = {
  collected: () => sql`false`,
  walked: null,
  newestFirst: null,
  relevance: () => sql`0`,
};

class TicketSearch {
  readonly #db: Db;
  readonly #numbers: readonly number[];
  readonly #scope: TicketSearchScope;

  constructor(db: Db, numbers: readonly number[], scope: TicketSearchScope) {
    this.#db = db;
    this.#numbers = numbers;
    this.#scope = scope;
  }

  async hits(words: TermGroups): Promise<Hits> {
    const groups = this.#scope.internal ? withInternal(words) : words;
    const query = wordQuery(groups);
    const isFrequent =
      groups.length > 0 && (await isWalkedSooner(this.#db, 'ticket_search', groups, this.#scope.ownOnly));
    const hits =
      isFrequent && (await this.#isAmongNewest(query))
        ? { ...this.#many(query), found: true }
        : await this.#collect(groups.length > 0 ? query : null);
    // Without the words of internal comments: those of comments do not rank.
    return { ...hits, relevance: (alias) => relevanceOf(words, this.#numbers, alias) };
  }

  /** Never collects all matches: one look-up by number for each ticket that is tested. */
  #holds(query: string, alias: string): RawBuilder<boolean> {
    const number = sql.ref(`${alias}.number`);
    return sql`(coalesce((select s.words @@ ${query}::tsquery from ticket_search s where s.ticket_number = ${number}), false)
      or ${number} = any(${[...this.#numbers]}::int[]))`;
  }

  #many(query: string): UnrankedTickets {
    return {
      collected: (alias) =>
        sql`${sql.ref(`${alias}.number`)} = any((select ticket_hits(${query}::tsquery, ${ALL}::int) || ${[...this.#numbers]}::int[])::int[])`,
      walked: (alias) => this.#holds(query, alias),
      newestFirst: null,
    };
  }

  async #isAmongNewest(query: string): Promise<boolean> {
    return this.#db.exists(sql`(
      select t.number from ticket t where ${this.#scope.readable}
      order by t.created_at desc, t.number desc limit ${MAX_SCANNED_TICKETS}::int
    ) newest where ${this.#holds(query, 'newest')}`);
  }

  async #collect(query: string | null): Promise<UnrankedTickets & Pick<Hits, 'found'>> {
    const { readable } = this.#scope;
    const collected =
      query === null ? sql`'{}'::int[]` : sql`ticket_hits(${query}::tsquery, ${MAX_MATCHED_NUMBERS + 1}::int)`;
    const hits = await this.#db.first(sql<{ numbers: string; count: number; found: boolean }>`
      select hits.numbers::text as numbers, cardinality(hits.numbers) as count, exists (
        select from unnest(hits.numbers) as hit (number)
          cross join lateral (select from ticket t where t.number = hit.number and ${readable} offset 0) seen
      ) as found
      from (select ${collected} || ${[...this.#numbers]}::int[] as numbers offset 0) hits`);
    const { numbers = '{}', count = 0, found = false } = hits ?? {};
    if (query === null || count <= MAX_MATCHED_NUMBERS) {
      return {
        collected: (alias) => sql`${sql.ref(`${alias}.number`)} = any(${numbers}::int[])`,
        walked: null,
        newestFirst: this.#numbers.length === 0 ? { numbers, count } : null,
        found,
      };
    }
    const many = this.#many(query);
    return {
      ...many,
      found: found || (await this.#db.exists(sql`ticket t where ${readable} and ${many.collected('t')}`)),
    };
  }
}

/**
 * The tickets that contain every word of the search in title, description or comments; `#12` or `12` matches ticket 12
 * too. Look-alikes count only if the viewer may see no exact match, regardless of the list's cursor and other filters,
 * so that pages and counts agree. Null for an empty search.
 * @throws BAD_USER_INPUT for a text that is too long
 */
export async function ticketSearch(db: Db, typed: string, scope: TicketSearchScope): Promise<FoundTickets | null> {
  const asked = await searchedText(db, typed);
  if (asked === null) return null;
  const { terms, numbers } = asked;
  if (terms.length === 0 && numbers.length === 0) return NO_TICKETS;
  const search = new TicketSearch(db, numbers, scope);
  const exact = await search.hits(terms.map((term) => [term]));
  if (exact.found || !scope.forgiving) return exact;
  const alike = await withLookAlikes(db, terms);
  return alike === null ? exact : search.hits(alike);
}
