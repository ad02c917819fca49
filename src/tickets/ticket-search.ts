import { type RawBuilder, sql } from 'kysely';
import { type Db } from '../database/db.js';
import { withLookAlikes } from '../search/look-alikes.js';
import { searchedText } from '../search/searched-text.js';
import { type TermGroups, withInternal, wordQuery } from '../search/word-query.js';
import { isWalkedSooner } from '../search/word-statistics.js';

/** Up to here the numbers of what was found go into the list's own statement. */
const MOST_NUMBERS = 5000;
/** PostgreSQL's largest integer. */
const ALL = 2 ** 31 - 1;
/** So many of the newest tickets are looked at for one with frequent words. */
const MOST_PROBED = 1000;

export interface TicketSearchScope {
  /** Boolean expression over the ticket table under `t`: what the viewer may see. */
  readonly readable: RawBuilder<boolean>;
  /** Whether that is about their own tickets only. */
  readonly ownOnly: boolean;
  /** Whether words of internal comments count. */
  readonly internal: boolean;
  /** Whether words that look alike are looked for when the exact ones find nothing. */
  readonly forgiving: boolean;
}

/** Boolean expressions over the ticket table under an alias. */
export interface FoundTickets {
  /** By the numbers of all that match: costs the more the more there are. */
  readonly collected: (alias: string) => RawBuilder<boolean>;
  /** Asks one ticket after the other, as a list is walked: finds a page soon when many match. Null when few do. */
  readonly walked: ((alias: string) => RawBuilder<boolean>) | null;
}

interface Hits extends FoundTickets {
  /** Whether the viewer may see any of them. */
  readonly found: boolean;
}

const NO_TICKETS: FoundTickets = { collected: () => sql`false`, walked: null };

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
    if (isFrequent && (await this.#isAmongNewest(query))) return { ...this.#many(query), found: true };
    return this.#collect(groups.length > 0 ? query : null);
  }

  /** Never all that match first: it is one look-up by number for each ticket that is asked about. */
  #holds(query: string, alias: string): RawBuilder<boolean> {
    const number = sql.ref(`${alias}.number`);
    return sql`(coalesce((select s.words @@ ${query}::tsquery from ticket_search s where s.ticket_number = ${number}), false)
      or ${number} = any(${[...this.#numbers]}::int[]))`;
  }

  #many(query: string): FoundTickets {
    return {
      collected: (alias) =>
        sql`${sql.ref(`${alias}.number`)} = any((select ticket_hits(${query}::tsquery, ${ALL}::int) || ${[...this.#numbers]}::int[])::int[])`,
      walked: (alias) => this.#holds(query, alias),
    };
  }

  async #isAmongNewest(query: string): Promise<boolean> {
    return this.#db.exists(sql`(
      select t.number from ticket t where ${this.#scope.readable}
      order by t.created_at desc, t.number desc limit ${MOST_PROBED}::int
    ) newest where ${this.#holds(query, 'newest')}`);
  }

  async #collect(query: string | null): Promise<Hits> {
    const { readable } = this.#scope;
    const collected = query === null ? sql`'{}'::int[]` : sql`ticket_hits(${query}::tsquery, ${MOST_NUMBERS + 1}::int)`;
    const hits = await this.#db.first(sql<{ numbers: string; count: number; found: boolean }>`
      select hits.numbers::text as numbers, cardinality(hits.numbers) as count, exists (
        select from unnest(hits.numbers) as hit (number)
          cross join lateral (select from ticket t where t.number = hit.number and ${readable} offset 0) seen
      ) as found
      from (select ${collected} || ${[...this.#numbers]}::int[] as numbers offset 0) hits`);
    const { numbers = '{}', count = 0, found = false } = hits ?? {};
    if (query === null || count <= MOST_NUMBERS) {
      return { collected: (alias) => sql`${sql.ref(`${alias}.number`)} = any(${numbers}::int[])`, walked: null, found };
    }
    const many = this.#many(query);
    return {
      ...many,
      found: found || (await this.#db.exists(sql`ticket t where ${readable} and ${many.collected('t')}`)),
    };
  }
}

/**
 * The tickets with every word that was typed, in title, description or comments; `#12` or `12` finds ticket 12 too. Only
 * when the viewer could see none of them, words that look alike count as well: whatever the list's cursor and other
 * filters are, so that pages and counts agree. Null: nothing was typed.
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
