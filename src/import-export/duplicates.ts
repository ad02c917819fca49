import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';

/** For each ticket that is a duplicate: what it says of its original. */
export type Originals = ReadonlyMap<string, { readonly name: string; readonly id: string }>;

export interface DuplicateLinks {
  /** The original's id by the duplicate's. */
  readonly links: ReadonlyMap<string, string>;
  /** By the id of a ticket that cannot be linked, its original as the source names it. */
  readonly unlinked: ReadonlyMap<string, string>;
}

/**
 * Finds which tickets can be linked. As with `markDuplicate` there are no chains and no circles: each is linked to the last
 * original; a circle, or an original that is nowhere, is no link.
 * @param isNew whether a ticket with this id is about to be written
 */
export async function findLinks(
  em: EntityManager,
  originals: Originals,
  isNew: (id: string) => boolean,
): Promise<DuplicateLinks> {
  const existing = await lastOriginals(em, [...new Set([...originals.values()].map(({ id }) => id))]);
  const links = new Map<string, string>();
  const unlinked = new Map<string, string>();
  for (const [id, { name }] of originals) {
    const original = follow(id, originals);
    const target = original === null ? undefined : isNew(original) ? original : existing.get(original);
    if (target === undefined || target === id) unlinked.set(id, name);
    else links.set(id, target);
  }
  return { links, unlinked };
}

/** Null for a circle. */
function follow(id: string, originals: Originals): string | null {
  const seen = new Set<string>();
  let current = id;
  for (let next = originals.get(current); next !== undefined; next = originals.get(current)) {
    if (seen.has(next.id)) return null;
    seen.add(next.id);
    current = next.id;
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
