import { LockMode } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { isId } from '../common/id.js';
import { UserErrorCode } from '../common/user-errors.js';
import { type InputCheck } from '../common/input-check.js';
import { User } from '../accounts/users/user.entity.js';
import { type UserRef } from './ticket.inputs.js';

const NAMES = { id: 'id', username: 'username', email: 'e-mail address' } as const;

/** By an address that nobody has proven, a stranger would be taken for its owner. */
const PROVEN = { emailConfirmed: true };

/**
 * The living user that a UserRef names; null, with NOT_FOUND added to the check, when there is none. GraphQL lets through
 * only references with exactly one field (@oneOf). Locked against deletion until the transaction ends, so that no active ticket is left with a
 * deleted user. Deleting one locks the user first and then tickets: call this before any ticket is locked.
 */
export async function findReferredUser(
  em: EntityManager,
  check: InputCheck,
  field: string,
  reference: UserRef,
): Promise<User | null> {
  const key = (['id', 'username', 'email'] as const).find((name) => reference[name] != null) ?? 'id';
  const value = reference[key] ?? '';
  const findable = key === 'id' ? isId(value) : !value.includes('\0');
  const user = findable
    ? await em.findOne(
        User,
        { [key]: value, deletedAt: null, ...(key === 'email' && PROVEN) },
        { lockMode: LockMode.PESSIMISTIC_READ },
      )
    : null;
  if (user === null) check.add(UserErrorCode.NOT_FOUND, `${field}.${key}`, `There is no user with this ${NAMES[key]}.`);
  return user;
}
