import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { isCommonPassword } from '../passwords/common-passwords.js';
import { characters, InputCheck } from '../../common/input-check.js';
import { UserErrorCode, type UserInputError, userInputError } from '../../common/user-errors.js';
import { User } from './user.entity.js';

/** A username; compared without regard to case by the column's type. */
const USERNAME = /^[a-z0-9_.-]{3,30}$/i;
const MAX_NAME_LENGTH = 100;
const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 128;

/** Addresses are compared without regard to case: another spelling is not another address. */
export function isSameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export interface AccountFields {
  email: string;
  username: string;
  firstName: string;
  lastName?: string | null;
}

/** Validates and normalizes the fields of an account. */
export function checkAccountFields(check: InputCheck, fields: AccountFields): Required<AccountFields> {
  if (!USERNAME.test(fields.username)) {
    check.add(
      UserErrorCode.INVALID,
      'username',
      "A username has 3 to 30 characters: letters from a to z, digits, '_', '-' and '.'.",
    );
  }
  return {
    email: fields.email,
    username: fields.username,
    firstName: check.text('firstName', fields.firstName, { most: MAX_NAME_LENGTH }),
    lastName: check.optionalText('lastName', fields.lastName, { most: MAX_NAME_LENGTH }),
  };
}

/** One character, in any letter case, or blanks of whatever kind. */
function isOneKeyHeldDown(password: string): boolean {
  return password.trim() === '' || new Set(password.toLowerCase()).size === 1;
}

export function checkNewPassword(check: InputCheck, field: string, password: string): void {
  // As it is hashed.
  const normal = password.normalize('NFC');
  const length = characters(normal);
  if (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH) {
    const message = `A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`;
    check.add(UserErrorCode.INVALID, field, message);
  } else if (isOneKeyHeldDown(normal)) {
    const message = 'One character again and again, or blanks alone, are guessed at once. Choose another password.';
    check.add(UserErrorCode.INVALID, field, message);
  } else if (isCommonPassword(normal)) {
    check.add(UserErrorCode.INVALID, field, 'This password is among the first that are guessed. Choose another one.');
  }
}

/**
 * Adds TAKEN for an e-mail address or username that somebody else has. Two at once are caught by `takenError`.
 * @param ownId whose own address and name do not count
 */
export async function checkNotTaken(
  check: InputCheck,
  em: EntityManager,
  fields: AccountFields,
  ownId?: string,
): Promise<void> {
  const others = ownId === undefined ? {} : { id: { $ne: ownId } };
  const byEmail = await em.count(User, { ...others, email: fields.email, deletedAt: null });
  // Another text may hold what PostgreSQL cannot read.
  const isUsername = USERNAME.test(fields.username);
  const byUsername = isUsername ? await em.count(User, { ...others, username: fields.username }) : 0;
  if (byEmail > 0) check.add(UserErrorCode.TAKEN, 'email', 'There is an account with this e-mail address already.');
  if (byUsername > 0) check.add(UserErrorCode.TAKEN, 'username', 'This username is taken. Choose another one.');
}

/**
 * Validates and normalizes all fields of a new account.
 * @throws UserInputError with all that is wrong with the fields and the password, or else with what is taken
 */
export async function checkNewAccount(
  em: EntityManager,
  input: AccountFields & { readonly password: string },
): Promise<Required<AccountFields>> {
  const check = new InputCheck();
  const fields = checkAccountFields(check, input);
  checkNewPassword(check, 'password', input.password);
  check.done();
  await checkNotTaken(check, em, fields);
  check.done();
  return fields;
}

/** TAKEN for a unique violation by concurrent calls; null for other errors. */
export function takenError(error: unknown): UserInputError | null {
  if (!(error instanceof UniqueConstraintViolationException)) return null;
  const constraint = 'constraint' in error ? error.constraint : undefined;
  if (constraint === 'user_email_unique') {
    return userInputError(UserErrorCode.TAKEN, 'email', 'There is an account with this e-mail address already.');
  }
  if (constraint === 'user_username_unique') {
    return userInputError(UserErrorCode.TAKEN, 'username', 'This username is taken. Choose another one.');
  }
  return null;
}
