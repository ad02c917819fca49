import { type RawBuilder, sql } from 'kysely';
import { badUserInput } from '../graphql/errors.js';
import { characters } from '../graphql/input-check.js';
import { type Rows } from './rows.js';

/** A person types less; a program that sends more is told so. */
const LONGEST_SEARCH = 200;
/** Beyond it the last word is taken as the beginning of one. */
const SHORTEST_PREFIX = 2;
/** A shorter word is taken as it is: too many others are like it. */
const SHORTEST_MISSPELT = 5;
/** So many words like it are looked for beside a word. */
const MOST_LIKE = 10;
/** Looking for like words costs milliseconds each; those after them are taken as they are. */
const MOST_MISSPELT = 8;
/** Marks a word that only internal comments hold. No word of a text begins with it. */
const INTERNAL_MARK = '=';

/** One word of a search, folded as the words of texts are. */
interface SearchWord {
  readonly text: string;
  /** Words of texts that are spelt nearly so. */
  readonly like: readonly string[];
}

/**
 * The words of what a person typed, by the same rules as those of texts (docs/decisions/0030-search.md), in their order.
 * Of operators and punctuation there remains nothing. Null: nothing was typed.
 * @throws BAD_USER_INPUT for a text that is too long
 */
export async function searchWords(rows: Rows, typed: string): Promise<SearchWord[] | null> {
  if (typed.length > LONGEST_SEARCH) {
    throw badUserInput(`A search has at most ${LONGEST_SEARCH} characters, not ${typed.length.toLocaleString('en')}.`);
  }
  if (typed.trim() === '') return null;
  // What PostgreSQL cannot hold separates words.
  const text = typed.toWellFormed().replaceAll(/[\0\uFFFD]/g, ' ');
  return rows.all(
    sql<SearchWord>`select typed.word as text,
        case when char_length(typed.word) >= ${SHORTEST_MISSPELT} and typed.place <= ${MOST_MISSPELT}
          then search_like(typed.word, ${MOST_LIKE}) else '{}' end as like
      from (
        select lexeme as word, row_number() over (order by positions[1], lexeme) as place
        from unnest(to_tsvector('simple', search_fold(${text})))
      ) typed order by typed.place`,
  );
}

function quoted(lexeme: string): string {
  return `'${lexeme.replaceAll(/['\\]/g, '$&$&')}'`;
}

/** The word with each two neighbouring letters swapped: the slip that trigrams forgive least. */
function swaps(text: string): string[] {
  const letters = Array.from(text);
  if (letters.length < SHORTEST_MISSPELT) return [];
  return letters.slice(1).map((letter, index) =>
    letters
      .with(index, letter)
      .with(index + 1, letters[index] ?? '')
      .join(''),
  );
}

/**
 * A tsquery for texts that hold all of the words, each as it is or nearly so.
 * @param options internal: words that only internal comments hold count too; prefix: the last word may be unfinished
 */
export function wordQuery(words: readonly SearchWord[], options: { internal: boolean; prefix: boolean }): string {
  const terms = words.map(({ text, like }, index) => {
    const unfinished = options.prefix && index === words.length - 1 && characters(text) >= SHORTEST_PREFIX;
    const forms = [`${quoted(text)}${unfinished ? ':*' : ''}`, ...[...swaps(text), ...like].map(quoted)];
    const marked = options.internal ? forms.map((form) => form.replace(/^'/, `'${INTERNAL_MARK}`)) : [];
    return `(${[...forms, ...marked].join(' | ')})`;
  });
  return terms.join(' & ');
}

/** A table with a row of words for each text. */
export type WordTable = 'ticket_search' | 'comment_search';

/** Pages of a table that are looked at, wherever they lie, and most rows of each. */
const SAMPLED_PAGES = 60;
const SAMPLED_ROWS = 24;
/** Of a hundred rows. A page of fifty is then found among some 2,500. */
const COMMON_PERCENT = 2;

/** Up to here the ids of what was found go into the list's own statement. */
const MOST_IDS = 2000;

/**
 * Whether so many rows match that a list finds a page of them soon by walking in its order. Looks at some rows only:
 * finding all takes the longer the more there are.
 */
export async function isCommon(rows: Rows, table: WordTable, query: string): Promise<boolean> {
  const searched = sql.table(table);
  const sample = await rows.first(sql<{ common: boolean }>`
    with size as (
      select pg_relation_size(oid) / current_setting('block_size')::int as pages, reltuples as all_rows
      from pg_class where oid = ${table}::regclass
    ), sample as (
      select count(*) as seen, count(*) filter (where s.words @@ ${query}::tsquery) as matching from ${searched} s
      where s.ctid = any(array(
        select format('(%s,%s)', page, place)::tid
        from (select floor(random() * pages)::int as page from size, generate_series(1, ${SAMPLED_PAGES}::int)) sampled,
          generate_series(1, ${SAMPLED_ROWS}::int) as place))
    )
    select matching > 0 and matching * 100 >= seen * ${COMMON_PERCENT}::int
      and matching * all_rows >= seen * ${4 * MOST_IDS}::int as common from sample, size`);
  return sample?.common ?? false;
}

/**
 * A condition on `id` for what a statement finds. Few ids are fetched first: PostgreSQL cannot estimate a search well,
 * and would walk a whole list in its order for the handful that match. When there are many, walking finds a page soon.
 * @param common whether there are so many that fetching them is not worth trying
 */
export async function foundIn(
  rows: Rows,
  id: RawBuilder<unknown>,
  found: RawBuilder<{ id: string }>,
  common: boolean,
): Promise<RawBuilder<boolean>> {
  if (common) return sql`${id} in (${found})`;
  const some = await rows.all(sql<{ id: string }>`${found} limit ${MOST_IDS + 1}`);
  if (some.length > MOST_IDS) return sql`${id} in (${found})`;
  return sql`${id} = any(${some.map((row) => row.id)}::uuid[])`;
}
