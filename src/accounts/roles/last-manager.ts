import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { UserErrorCode, userInputError } from '../../common/user-errors.js';
import { User } from '../users/user.entity.js';

/** Key of the advisory lock that serializes changes to who can manage users. */
export const MANAGERS_LOCK = 0x4d_47_52;

/**
 * Makes a change after which somebody must still be able to manage users (docs/behaviour.md, "Deleting and restoring"),
 * and flushes it. Such changes are serialized, so that two concurrent ones cannot each rely on the other's person.
 * @param em in a transaction, which the error rolls back; it must hold no lock yet, to avoid deadlocks
 * @param field the field of the input for the error
 * @throws UserInputError CONFLICT when nobody would be left
 */
export async function withLastManagerGuard(
  em: EntityManager,
  field: string,
  change: () => Promise<void> | void,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(MANAGERS_LOCK)})`.execute(em.getKysely<unknown>());
  const before = await countManagers(em);
  await change();
  await em.flush();
  if (before > 0 && (await countManagers(em)) === 0) {
    throw userInputError(
      UserErrorCode.CONFLICT,
      field,
      'Nobody would be left who can manage users. Give somebody else that right first.',
    );
  }
}

async function countManagers(em: EntityManager): Promise<number> {
  return em.count(User, { deletedAt: null, emailConfirmed: true, role: { canManageUsers: true, deletedAt: null } });
}
