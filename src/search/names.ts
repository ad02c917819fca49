import { type RawBuilder, sql } from 'kysely';
import { BadInputError } from '../common/errors.js';
import { holdsLetters } from './letters.js';
import { isInvisible } from '../common/visible-text.js';

/** As a search for tickets (searched-text.ts). */
const MAX_SEARCH_LENGTH = 200;

/**
 * How names sort: by Unicode's default order, in which letter case and accents count only between names that are
 * otherwise the same. PostgreSQL's own order depends on how the database was made, and may put "adam" behind "Zoe". Texts
 * that ICU takes for the same are ordered by their bytes, so that the order is total.
 */
export const NAME_COLLATION = '"und-x-icu"';

/** For ORDER BY, comparisons and indexes. */
export function inNameOrder(expression: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`((${expression})::text collate ${sql.raw(NAME_COLLATION)})`;
}

/**
 * A condition for what holds all of the words that a person typed, anywhere and in any order; null when nothing was typed.
 * @param text an expression; parts that belong to different names are separated by a space
 * @throws BAD_USER_INPUT for a search that is too long
 */
export function holdsWords(text: RawBuilder<unknown>, typed: string): RawBuilder<boolean> | null {
  if (typed.length > MAX_SEARCH_LENGTH) {
    throw new BadInputError(
      `A search has at most ${MAX_SEARCH_LENGTH} characters, not ${typed.length.toLocaleString('en')}.`,
    );
  }
  // No name has what PostgreSQL cannot hold.
  if (typed.includes('\0') || !typed.isWellFormed()) return sql<boolean>`false`;
  const words = new Set(typed.split(/\s+/).filter((word) => !isInvisible(word)));
  if (words.size === 0) return null;
  const conditions = [...words].map((word) => holdsLetters(text, word));
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}
