import { type RawBuilder, sql } from 'kysely';
import { type Rows } from '../database/rows.js';
import { foundIn, isCommon, searchWords, wordQuery } from '../database/word-search.js';

/** PostgreSQL's largest integer. */
const LARGEST_NUMBER = 2 ** 31 - 1;

/** The ticket that `#12` or `12` names. */
function numberIn(typed: string): number | null {
  const [, digits] = /^#?(\d{1,10})$/.exec(typed.trim()) ?? [];
  const number = Number(digits);
  return digits !== undefined && number <= LARGEST_NUMBER ? number : null;
}

/**
 * A condition on `id` for the tickets with every word that was typed, in title, description or comments; `#12` or
 * `12` finds ticket 12 too. Null: nothing was typed.
 * @param internal whether words of internal comments count
 * @throws BAD_USER_INPUT for a text that is too long
 */
export async function ticketSearch(
  rows: Rows,
  id: RawBuilder<unknown>,
  typed: string,
  internal: boolean,
): Promise<RawBuilder<boolean> | null> {
  const words = await searchWords(rows, typed);
  if (words === null) return null;
  const query = wordQuery(words, { internal, prefix: !typed.trim().startsWith('#') });
  const number = numberIn(typed);
  const found = [
    ...(words.length > 0
      ? [sql`select s.ticket_id as id from ticket_search s where s.words @@ ${query}::tsquery`]
      : []),
    ...(number === null ? [] : [sql`select n.id from ticket n where n.number = ${number}`]),
  ];
  if (found.length === 0) return sql`false`;
  const common = words.length > 0 && (await isCommon(rows, 'ticket_search', query));
  return foundIn(rows, id, sql`${sql.join(found, sql` union all `)}`, common);
}
