import { type RawBuilder, sql } from 'kysely';

/** Whether a text holds another one anywhere, accents and case aside, in every script. NUL is held by none. */
export function holdsLetters(text: RawBuilder<unknown>, typed: string): RawBuilder<boolean> {
  const letters = typed.trim().toWellFormed().replaceAll('\0', '');
  return sql`strpos(search_letters(${text}::text), search_letters(${letters})) > 0`;
}
