import { type RawBuilder, sql } from 'kysely';
import { type Rows } from '../database/rows.js';
import { foundIn, isCommon, searchWords, wordQuery } from '../database/word-search.js';

/**
 * A condition on `id` for the comments with every word that was typed. Null: nothing was typed.
 * @throws BAD_USER_INPUT for a text that is too long
 */
export async function commentSearch(
  rows: Rows,
  id: RawBuilder<unknown>,
  typed: string,
): Promise<RawBuilder<boolean> | null> {
  const words = await searchWords(rows, typed);
  if (words === null) return null;
  if (words.length === 0) return sql`false`;
  const query = wordQuery(words, { internal: false, prefix: true });
  const found = sql<{ id: string }>`select s.comment_id as id from comment_search s where s.words @@ ${query}::tsquery`;
  return foundIn(rows, id, found, await isCommon(rows, 'comment_search', query));
}
