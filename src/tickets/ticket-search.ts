import { type RawBuilder, sql } from 'kysely';
import { type Rows } from '../database/rows.js';
import { withLookAlikes } from '../search/look-alikes.js';
import { searchedText } from '../search/searched-text.js';
import { type TermGroups, withInternal, wordQuery } from '../search/word-query.js';
import { expectedShare } from '../search/word-statistics.js';

/** Up to here the numbers of what was found go into the list's own statement. */
const MOST_NUMBERS = 2000;
/** In more of the tickets, a page is found sooner by walking the list than by collecting all that match. */
const WALKED_SHARE = 0.03;
/** So many of the newest tickets are looked at for one with a frequent word. */
const MOST_PROBED = 1000;

export interface TicketSearchScope {
  /** Boolean expression over the ticket table under `t`: what the viewer may see. */
  readonly readable: RawBuilder<boolean>;
  /** Whether words of internal comments count. */
  readonly internal: boolean;
  /** Whether words that look alike are looked for when the exact ones find nothing. */
  readonly forgiving: boolean;
}

interface Hits {
  /** Boolean expression over the ticket table under the list's alias. */
  readonly condition: (alias: string) => RawBuilder<boolean>;
  /** Whether the viewer may see any of them. */
  readonly found: boolean;
}

/** Asks for one ticket after the other, as PostgreSQL walks a list: never all that match first. */
function holdsWords(query: string, number: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`coalesce((select s.words @@ ${query}::tsquery from ticket_search s where s.ticket_number = ${number}), false)`;
}

async function isAmongNewest(rows: Rows, query: string, readable: RawBuilder<boolean>): Promise<boolean> {
  return rows.exists(sql`(
    select t.number from ticket t where ${readable} order by t.created_at desc, t.number desc limit ${MOST_PROBED}::int
  ) newest where ${holdsWords(query, sql.ref('newest.number'))}`);
}

async function hitsOf(
  rows: Rows,
  groups: TermGroups,
  numbers: readonly number[],
  { readable, internal }: TicketSearchScope,
): Promise<Hits> {
  const asked = internal ? withInternal(groups) : groups;
  const query = wordQuery(asked);
  const walked = (alias: string) => {
    const number = sql.ref(`${alias}.number`);
    return sql<boolean>`(${holdsWords(query, number)} or ${number} = any(${[...numbers]}::int[]))`;
  };
  const expected = groups.length > 0 ? await expectedShare(rows, 'ticket_search', asked) : { share: 0, rows: 0 };
  const isFrequent = expected.share >= WALKED_SHARE && expected.share * expected.rows > MOST_NUMBERS;
  if (isFrequent && (await isAmongNewest(rows, query, readable))) return { condition: walked, found: true };

  const collected =
    groups.length > 0 ? sql`ticket_hits(${query}::tsquery, ${MOST_NUMBERS + 1}::int)` : sql`'{}'::int[]`;
  const hits = await rows.first(sql<{ numbers: string; count: number; found: boolean }>`
    select hits.numbers::text as numbers, cardinality(hits.numbers) as count, exists (
      select from unnest(hits.numbers) as hit (number)
        cross join lateral (select from ticket t where t.number = hit.number and ${readable} offset 0) seen
    ) as found
    from (select ${collected} || ${[...numbers]}::int[] as numbers offset 0) hits`);
  const { numbers: found = '{}', count = 0 } = hits ?? {};
  if (count > MOST_NUMBERS) {
    return {
      condition: walked,
      found: hits?.found === true || (await rows.exists(sql`ticket t where ${readable} and ${walked('t')}`)),
    };
  }
  return {
    condition: (alias) => sql`${sql.ref(`${alias}.number`)} = any(${found}::int[])`,
    found: hits?.found === true,
  };
}

/**
 * A condition on the ticket table under `alias` for those with every word that was typed, in title, description or
 * comments; `#12` or `12` finds ticket 12 too. Only when the viewer could see none of them, words that look alike count
 * as well: whatever the list's cursor and other filters are, so that pages and counts agree. Null: nothing was typed.
 * @throws BAD_USER_INPUT for a text that is too long
 */
export async function ticketSearch(
  rows: Rows,
  alias: string,
  typed: string,
  scope: TicketSearchScope,
): Promise<RawBuilder<boolean> | null> {
  const asked = await searchedText(rows, typed);
  if (asked === null) return null;
  const { terms, numbers } = asked;
  if (terms.length === 0 && numbers.length === 0) return sql`false`;
  const exact = await hitsOf(
    rows,
    terms.map((term) => [term]),
    numbers,
    scope,
  );
  if (exact.found || !scope.forgiving) return exact.condition(alias);
  const alike = await withLookAlikes(rows, terms);
  return alike === null ? exact.condition(alias) : (await hitsOf(rows, alike, numbers, scope)).condition(alias);
}
