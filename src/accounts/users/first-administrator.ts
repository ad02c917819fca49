import { ref } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { hashPassword } from '../passwords/password.js';
import { type Clock } from '../../common/clock.js';
import { UserInputError } from '../../common/user-errors.js';
import { StartError } from '../../common/start-error.js';
import { checkNewAccount } from './account.js';
import { BuiltInRole, Role } from '../roles/role.entity.js';
import { User } from './user.entity.js';

/** The settings ADMIN_EMAIL, ADMIN_USERNAME and ADMIN_PASSWORD. */
export interface AdministratorSettings {
  email: string;
  username: string;
  password: string;
}

/** Names the setting in place of the input's field. */
function withSettingName(error: unknown): never {
  if (!(error instanceof UserInputError)) throw error;
  const faults = error.userErrors.map(({ field, message }) => `ADMIN_${field?.at(-1)?.toUpperCase()}: ${message}`);
  throw new StartError(`The first administrator cannot be made:\n  ${faults.join('\n  ')}`, { cause: error });
}

/**
 * Makes the first administrator if nobody can manage users. Gives whether it made one.
 * @throws StartError that says which setting cannot be used, and why
 */
export async function ensureAdministrator(
  orm: MikroORM,
  clock: Clock,
  settings: AdministratorSettings,
): Promise<boolean> {
  const em = orm.em.fork();
  if ((await em.count(User, { deletedAt: null, emailConfirmed: true, role: { canManageUsers: true } })) > 0)
    return false;

  const fields = await checkNewAccount(em, { ...settings, firstName: settings.username }).catch(withSettingName);
  const role = await em.findOneOrFail(Role, { builtIn: BuiltInRole.ADMIN });
  em.create(User, {
    ...fields,
    passwordHash: await hashPassword(settings.password),
    role: ref(role),
    createdAt: clock.now(),
  });
  await em.flush();
  return true;
}
