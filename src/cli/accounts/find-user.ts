import { type EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../accounts/users/user.entity.js';
import { CommandError } from '../command.js';

/** The living user with this username or proven e-mail address. @throws CommandError when there is none */
export async function findUser(em: EntityManager, login: string): Promise<User> {
  const user = login.includes('\0')
    ? null
    : await em.findOne(User, { $or: [{ username: login }, { email: login, emailConfirmed: true }], deletedAt: null });
  if (user === null) throw new CommandError(`There is no user with the username or e-mail address "${login}".`);
  return user;
}
