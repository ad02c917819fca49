import { type EntityManager } from '@mikro-orm/postgresql';
import { Token, TokenKind } from '../token.entity.js';

/**
 * Makes the links useless that were mailed to a user who forgot their password. Part of the caller's unit of work, under
 * the lock on the user (accounts/users/lock-user.ts).
 */
export async function endResetLinks(em: EntityManager, userId: string, now: Date): Promise<void> {
  const links = await em.find(Token, { kind: TokenKind.PASSWORD_RESET, user: userId, usedAt: null });
  for (const link of links) link.usedAt = now;
}
