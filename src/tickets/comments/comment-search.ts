import { type RawBuilder, sql } from 'kysely';
import { type Db } from '../../database/db.js';
import { withLookAlikes } from '../../search/look-alikes.js';
import { searchedText } from '../../search/searched-text.js';
import { type TermGroups, wordQuery } from '../../search/word-query.js';
import { isWalkedSooner } from '../../search/word-statistics.js';

/** Maximum number of matches that are passed to the list's statement by their ids. */
const MAX_MATCHED_IDS = 5000;

/** Comments as a source under `c`, to stand behind FROM, and what else they must fulfil. */
export interface FoundComments {
  readonly source: RawBuilder<unknown>;
  readonly condition: RawBuilder<boolean>;
}

export const ALL_COMMENTS: FoundComments = { source: sql`comment c`, condition: sql`true` };
const NO_COMMENTS: FoundComments = { source: sql`comment c`, condition: sql`false` };

/** Forces one look-up by id for each comment, whatever PostgreSQL's row estimate is. */
function withIds(ids: string): FoundComments {
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
  if (!(await isWalkedSooner(db, 'comment', groups, false))) {
    const hits = await db.first(sql<{ ids: string; count: number }>`
      select hits.ids::text as ids, cardinality(hits.ids) as count
      from (select comment_hits(${query}::tsquery, ${MAX_MATCHED_IDS + 1}::int) as ids offset 0) hits`);
    if (hits !== null && hits.count <= MAX_MATCHED_IDS) return withIds(hits.ids);
  }
  // Written so that the index on words is not used: the list is scanned in its order.
  return { source: sql`comment c`, condition: sql`(c.words @@ ${query}::tsquery) is true` };
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
  const { source, condition } = exact;
  if (await db.exists(sql`${source} join ticket t on t.id = c.ticket_id where ${readable} and ${condition}`))
    return exact;
  const alike = await withLookAlikes(db, asked.terms);
  return alike === null ? exact : commentsWith(db, alike);
}
