import { type EntityManager } from '@mikro-orm/postgresql';
import { Session } from '../../accounts/sessions/session.entity.js';

/** Ends the live sessions of one user, or of all; servers refuse their tokens within five seconds. Gives how many. */
export async function endSessions(em: EntityManager, now: Date, userId?: string): Promise<number> {
  return em.nativeUpdate(
    Session,
    { revokedAt: null, expiresAt: { $gt: now }, ...(userId !== undefined && { user: userId }) },
    { revokedAt: now },
  );
}
