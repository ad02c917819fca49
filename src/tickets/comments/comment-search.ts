import { type RawBuilder, sql } from 'kysely';
import { type Db } from '../../database/db.js';
import { withLookAlikes } from '../../search/look-alikes.js';
import { searchedText } from '../../search/searched-text.js';
import { type TermGroups, wordQuery } from '../../search/word-query.js';
import { isWalkedSooner } from '../../search/word-statistics.js';

/** Maximum number of matches that are passed to the list's statement by their ids. */
const MAX_IDS = 5000;
/** Maximum number of comments that are scanned in list order for a frequent word. */
const MAX_WALKED = 5000;

/** Comments as a source under `c`, to stand behind FROM, and what else they must fulfil. */
export interface CommentSource {
  readonly source: RawBuilder<unknown>;
  readonly condition: RawBuilder<boolean>;
}

export interface FoundComments {
  /** All matches; the first call may cost a statement. */
  readonly collected: () => Promise<CommentSource>;
  /** Tests a comment under `c`: a walk in list order fills a page soon when many match. Null when few do. */
  readonly walked: RawBuilder<boolean> | null;
}

export const ALL_COMMENTS: FoundComments = {
  collected: async () => ({ source: sql`comment c`, condition: sql`true` }),
  walked: null,
};
const NO_COMMENTS: FoundComments = {
  collected: async () => ({ source: sql`comment c`, condition: sql`false` }),
  walked: null,
};

/** The first comments under `c` in an order, up to a limit. */
export function beginning(where: RawBuilder<boolean>, orderBy: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select * from comment c where ${where} order by ${orderBy} limit ${sql.lit(MAX_WALKED)}) c`;
}

/** Forces one look-up by id for each comment, whatever PostgreSQL's row estimate is. */
function withIds(ids: string): CommentSource {
  return {
    source: sql`(
      select c.* from unnest(${ids}::uuid[]) as hit (id)
        cross join lateral (select * from comment c where c.id = hit.id offset 0) c
    ) c`,
    condition: sql`true`,
  };
}

async function commentsWith(db: Db, groups: TermGroups): Promise<FoundComments> {
  const query = wordQuery(groups);
  // Written so that the index on words is not used: more match than are passed by their ids.
  const condition = sql<boolean>`(c.words @@ ${query}::tsquery) is true`;
  let source: Promise<CommentSource> | undefined;
  const collect = async (): Promise<CommentSource> => {
    const hits = await db.first(sql<{ ids: string; count: number }>`
      select hits.ids::text as ids, cardinality(hits.ids) as count
      from (select comment_hits(${query}::tsquery, ${MAX_IDS + 1}::int) as ids offset 0) hits`);
    return hits !== null && hits.count <= MAX_IDS ? withIds(hits.ids) : { source: sql`comment c`, condition };
  };
  return {
    collected: async () => (source ??= collect()),
    walked: (await isWalkedSooner(db, 'comment', groups, false)) ? condition : null,
  };
}

/**
 * Comments under `c` that contain every word of the search; look-alikes count if the viewer may see no exact match.
 * Null for an empty search.
 * @param readable boolean expression over comments under `c` on tickets under `t`: what the viewer may see
 * @throws BAD_USER_INPUT for a text that is too long
 */
export async function commentSearch(
  db: Db,
  typed: string,
  readable: RawBuilder<boolean>,
): Promise<FoundComments | null> {
  const asked = await searchedText(db, typed);
  if (asked === null) return null;
  if (asked.terms.length === 0) return NO_COMMENTS;
  const exact = await commentsWith(
    db,
    asked.terms.map((term) => [term]),
  );
  const isFound = async ({ source, condition }: CommentSource) =>
    db.exists(sql`${source} join ticket t on t.id = c.ticket_id where ${readable} and ${condition}`);
  const { walked, collected } = exact;
  const newest = sql`c.created_at desc, c.id desc`;
  if (walked && (await isFound({ source: beginning(sql`c.deleted_at is null`, newest), condition: walked }))) {
    return exact;
  }
  if (await isFound(await collected())) return exact;
  const alike = await withLookAlikes(db, asked.terms);
  return alike === null ? exact : commentsWith(db, alike);
}
