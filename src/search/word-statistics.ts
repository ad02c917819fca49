import { sql } from 'kysely';
import { type Db } from '../database/db.js';
import { type Term } from './searched-text.js';
import { type TermGroups } from './word-query.js';

/** PostgreSQL counts anew when a tenth of a table has changed: seldom more often than this on a large one. */
const KNOWN_FOR_MS = 60_000;

/** Tables with a column of words, and what it is called. */
const COLUMNS = { ticket_search: 'words', comment: 'words', ticket_stem: 'stems' } as const;
export type WordTable = keyof typeof COLUMNS;

interface Statistics {
  readonly rows: number;
  /** Of the most frequent words, in how many of a row's. */
  readonly shares: ReadonlyMap<string, number>;
}

interface Known {
  readonly statistics: Promise<Statistics>;
  readonly since: number;
}

const known = new WeakMap<Db, Map<WordTable, Known>>();

async function read(db: Db, table: WordTable): Promise<Statistics> {
  const found = await db.first(sql<{ rows: number; words: string[] | null; shares: number[] | null }>`
    select c.reltuples::float8 as rows, s.most_common_elems::text::text[] as words, s.most_common_elem_freqs as shares
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = ${COLUMNS[table]}
    where c.oid = ${table}::regclass`);
  const { words, shares } = found ?? {};
  return {
    rows: Math.max(0, found?.rows ?? 0),
    shares: new Map(words?.map((word, index) => [word, shares?.[index] ?? 0])),
  };
}

/** PostgreSQL's statistics of a table, at most a minute old; empty for a table that was never analyzed. */
export async function statisticsOf(db: Db, table: WordTable): Promise<Statistics> {
  const ofRows = known.get(db) ?? new Map<WordTable, Known>();
  known.set(db, ofRows);
  const last = ofRows.get(table);
  const now = performance.now();
  if (last && now - last.since < KNOWN_FOR_MS) return last.statistics;
  const statistics = read(db, table);
  ofRows.set(table, { statistics, since: now });
  statistics.catch(() => ofRows.delete(table));
  return statistics;
}

function shareOf({ text, unfinished }: Term, { shares }: Statistics): number {
  if (!unfinished) return shares.get(text) ?? 0;
  let missing = 1;
  for (const [word, share] of shares) if (word.startsWith(text)) missing *= 1 - share;
  return 1 - missing;
}

/** Cost estimates in the same unit of CPU: of an index entry of a searched word, of a match, and of a scanned row. */
const INDEXED_COST = 0.1;
const MATCHING_COST = 2;
const WALKED_COST = 1.5;
/** What a page is taken to need, and how many tickets of their own people have. */
const PAGE = 50;
const OWN_ROWS = 1000;

/**
 * Whether a page of what holds all groups is found sooner by walking the list than by collecting all that match, as far as
 * PostgreSQL's statistics tell. Words that are not among the most frequent ones count as none. A wrong answer costs time,
 * never rows.
 * @param ownOnly whether only the viewer's own rows are walked
 */
export async function isWalkedSooner(db: Db, table: WordTable, groups: TermGroups, ownOnly: boolean): Promise<boolean> {
  const statistics = await statisticsOf(db, table);
  const shares = groups.map((group) => 1 - product(group.map((term) => 1 - shareOf(term, statistics))));
  const matching = product(shares);
  const collecting = statistics.rows * (sum(shares) * INDEXED_COST + matching * MATCHING_COST);
  const walked = Math.min(PAGE / matching, ownOnly ? OWN_ROWS : Infinity);
  return walked * WALKED_COST < collecting;
}

function product(factors: readonly number[]): number {
  return factors.reduce((a, b) => a * b, 1);
}

function sum(addends: readonly number[]): number {
  return addends.reduce((a, b) => a + b, 0);
}
