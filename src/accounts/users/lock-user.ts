import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { isId } from '../../common/id.js';
import { User } from './user.entity.js';

/**
 * Locks a living user's row against other changes until the transaction ends, and gives the user as it then is; null
 * when there is none. NO KEY UPDATE, which MikroORM's lock modes lack: under FOR UPDATE concurrent inserts by the user
 * would wait at their foreign keys, with a risk of deadlocks (docs/decisions/0011-order-of-locks.md).
 * @param which the id, and what else must still be true of the user
 */
export async function lockUser(
  em: EntityManager,
  which: { readonly id: string; readonly passwordHash?: string },
): Promise<User | null> {
  if (!isId(which.id)) return null;
  await sql`select from "user" where id = ${which.id} for no key update`.execute(em.getKysely<unknown>());
  return em.findOne(User, { ...which, deletedAt: null }, { refresh: true });
}
