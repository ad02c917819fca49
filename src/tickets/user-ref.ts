import { LockMode } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { isId } from '../database/id.js';
import { UserErrorCode } from '../graphql/errors.js';
import { type InputCheck } from '../graphql/input-check.js';
import { User } from '../users/user.entity.js';
import { type UserRef } from './ticket.inputs.js';

const NAMES = { id: 'id', username: 'username', email: 'e-mail address' } as const;

/**
 * The living user that a UserRef names (requirements C8); null, with the fault added to the check, when it names none,
 * several, or nobody. Locked against deletion until the transaction ends, so that no active ticket is left with a
 * deleted user. Deleting one locks the user first and then tickets: call this before any ticket is locked.
 */
export async function findReferredUser(
  em: EntityManager,
  check: InputCheck,
  field: string,
  reference: UserRef,
): Promise<User | null> {
  const given = (['id', 'username', 'email'] as const).filter((key) => reference[key] != null);
  const [key] = given;
  if (key === undefined || given.length > 1) {
    check.add(
      UserErrorCode.INVALID,
      field,
      'Name one person, by username, e-mail address or id, and by only one of them.',
    );
    return null;
  }
  const value = reference[key] ?? '';
  const findable = key === 'id' ? isId(value) : !value.includes('\0');
  const user = findable
    ? await em.findOne(User, { [key]: value, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_READ })
    : null;
  if (user === null) check.add(UserErrorCode.NOT_FOUND, `${field}.${key}`, `There is no user with this ${NAMES[key]}.`);
  return user;
}
