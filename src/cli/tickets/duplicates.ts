import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Notices, type TicketDraft } from './ticket-draft.js';

/** Links in one statement. */
const BATCH = 1000;

/**
 * Links new tickets to their originals. As with `markDuplicate` there are no chains and no circles: each is linked to
 * the last original; links in a circle, or to a ticket that is nowhere, are left out with a notice.
 */
export async function linkDuplicates(
  em: EntityManager,
  drafts: readonly TicketDraft[],
  notices: Notices,
): Promise<void> {
  const originals = new Map(
    drafts.flatMap(({ id, duplicateOf }) => (duplicateOf === null ? [] : [[id, duplicateOf] as const])),
  );
  const existing = await lastOriginals(em, [...new Set(originals.values())]);
  const links: [string, string][] = [];
  for (const id of originals.keys()) {
    const original = follow(id, originals);
    const target = original === null ? undefined : existing.get(original);
    if (target === undefined || target === id)
      notices.add('a duplicate whose original is unknown, or in a circle: no link');
    else links.push([id, target]);
  }
  for (let begin = 0; begin < links.length; begin += BATCH) {
    const batch = links.slice(begin, begin + BATCH);
    await sql`update ticket set duplicate_of_id = link.original
      from unnest(${batch.map(([id]) => id)}::uuid[], ${batch.map(([, original]) => original)}::uuid[]) as link(id, original)
      where ticket.id = link.id`.execute(em.getKysely());
  }
}

/** Null for a circle. */
function follow(id: string, originals: ReadonlyMap<string, string>): string | null {
  const seen = new Set<string>();
  let current = id;
  for (let next = originals.get(current); next !== undefined; next = originals.get(current)) {
    if (seen.has(next)) return null;
    seen.add(next);
    current = next;
  }
  return current;
}

/** For each id of a live ticket: itself, or what it is a duplicate of already. */
async function lastOriginals(em: EntityManager, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; original: string }>`
    select id, coalesce(duplicate_of_id, id) as original from ticket
    where id = any(${[...ids]}::uuid[]) and deleted_at is null`.execute(em.getKysely());
  return new Map(rows.map(({ id, original }) => [id, original]));
}
