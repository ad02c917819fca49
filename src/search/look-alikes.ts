import { sql } from 'kysely';
import { type Db } from '../database/db.js';
import { characters } from '../common/input-check.js';
import { type Term } from './searched-text.js';
import { learnTooMany, MAX_WAITING } from './vocabulary.js';
import { type TermGroups } from './word-query.js';

/** In a shorter word a slip makes too many others of it. */
const SHORTEST_MISSPELT = 5;

function sameFrom(one: readonly string[], at: number, other: readonly string[], otherAt: number): boolean {
  return (
    one.length - at === other.length - otherAt && one.slice(at).every((letter, n) => letter === other[otherAt + n])
  );
}

/** Whether one slip makes one word of the other: a letter too many, too few or wrong, or two neighbours swapped. */
export function isOneSlip(one: string, other: string): boolean {
  const [a, b] = [Array.from(one), Array.from(other)];
  const at = a.findIndex((letter, index) => letter !== b[index]);
  // One is the other's beginning, or they are equal.
  if (at === -1) return b.length === a.length + 1;
  const isSwapped = a[at] === b[at + 1] && a[at + 1] === b[at];
  return (
    sameFrom(a, at + 1, b, at + 1) ||
    sameFrom(a, at + 1, b, at) ||
    sameFrom(a, at, b, at + 1) ||
    (isSwapped && sameFrom(a, at + 2, b, at + 2))
  );
}

/**
 * The same terms, each of five letters or more together with the words that are one slip away from it. Null when there
 * are none. Which words there are bears only on how much is looked for, never on what is found.
 */
export async function withLookAlikes(db: Db, terms: readonly Term[]): Promise<TermGroups | null> {
  const typed = terms.map(({ text }) => text).filter((text) => characters(text) >= SHORTEST_MISSPELT);
  if (typed.length === 0) return null;
  await learnTooMany(db);
  const near = await db.all(sql<{ typed: string; word: string }>`
    with waiting as materialized (
      select distinct ltrim(word, '=') as word
      from (select words from search_waiting limit ${MAX_WAITING}::int) text, unnest(tsvector_to_array(words)) as word
    )
    select distinct typed.word as typed, known.word
    from unnest(${typed}::text[]) as typed (word)
      cross join lateral (select (char_length(typed.word) - 1) / 2 as length) half
      cross join lateral (
        select unnest(search_alike(typed.word)) as word
        union all
        -- One slip leaves the first half as it is, or the last.
        select word from waiting
        where is_learnt(typed.word) and case
          when char_length(word) between char_length(typed.word) - 1 and char_length(typed.word) + 1 and (
            left(word, half.length) = left(typed.word, half.length) or right(word, half.length) = right(typed.word, half.length))
          then is_learnt(word) else false end
        offset 0
      ) known
    where known.word <> typed.word`);
  const alike = near.filter((pair) => isOneSlip(pair.typed, pair.word));
  if (alike.length === 0) return null;
  return terms.map((term) => [
    term,
    ...alike.filter((pair) => pair.typed === term.text).map(({ word }) => ({ text: word, unfinished: false })),
  ]);
}
