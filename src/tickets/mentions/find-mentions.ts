import { sql } from 'kysely';
import { type RunQuery } from '../ticket-statements.js';
import { type MentionedUsers } from '../ticket-write.js';
import { MAX_MENTIONS, mentionCandidates } from './mention-candidates.js';

/** Title and description, as mentions are looked for in them. */
export function ticketText({ title, description }: { readonly title: string; readonly description: string }): string {
  return `${title}\n${description}`;
}

/**
 * The first people whom a text names, its author not among them, each by the longest existing username.
 * @param idOf by usernames in lower case
 */
export function mentionedIn(text: string, idOf: ReadonlyMap<string, string>, authorId: string): string[] {
  return namedAt(mentionCandidates(text), idOf, authorId).filter((id) => id !== authorId);
}

/** The first people whom the places of a text name, each by the longest existing username, and the author if named. */
function namedAt(
  places: readonly (readonly string[])[],
  idOf: ReadonlyMap<string, string>,
  authorId: string,
): string[] {
  const ids = new Set(places.flatMap((names) => names.flatMap((name) => idOf.get(name) ?? []).slice(0, 1)));
  const others = [...ids].filter((id) => id !== authorId).slice(0, MAX_MENTIONS);
  return ids.has(authorId) ? [...others, authorId] : others;
}

/**
 * The people whom a text names with an @, and those of them whom it did not name before. Whether they may read it is
 * asked when the write is saved. Without an @ in the texts nothing is looked up.
 * @param before the text until now; null for a new one
 * @param authorId who writes it: naming oneself mentions nobody, but keeps a mention that another person wrote
 * @returns null when neither text can name anybody
 */
export async function findMentions(
  run: RunQuery,
  text: string,
  before: string | null,
  authorId: string,
): Promise<MentionedUsers | null> {
  if (text === before) return null;
  const places = mentionCandidates(text);
  const earlier = before === null ? [] : mentionCandidates(before);
  const names = new Set([...places, ...earlier].flat());
  if (names.size === 0) return null;
  const people = await run(
    sql<{ id: string; username: string }>`
      select id, lower(username::text) as username from "user"
      where username = any(${[...names]}::citext[]) and deleted_at is null`,
  );
  const idOf = new Map(people.map(({ id, username }) => [username, id]));
  const all = namedAt(places, idOf, authorId);
  const known = new Set(namedAt(earlier, idOf, authorId));
  return { all, added: all.filter((id) => id !== authorId && !known.has(id)) };
}
