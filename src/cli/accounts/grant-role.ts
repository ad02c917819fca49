import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { withLastManagerGuard } from '../../accounts/roles/last-manager.js';
import { lockUser } from '../../accounts/users/lock-user.js';
import { Role } from '../../accounts/roles/role.entity.js';
import { CommandError, defineCommand } from '../command.js';
import { withDatabase } from '../database.js';
import { findUser } from './find-user.js';

export const grantRole = defineCommand({
  name: 'grant-role',
  summary: 'Gives a user another role.',
  arguments: ['USER', 'ROLE'],
  options: {},
  details:
    'USER is a username or an e-mail address, ROLE the name of a role in any letter case. Servers follow within five seconds. The last person who can manage users keeps a role that can.',
  async run({ env, clock, stdout }, _values, [login = '', roleName = '']) {
    const line = await withDatabase(env, async (orm) =>
      orm.em.fork().transactional(async (em) => {
        let outcome = '';
        // Looked up and locked inside, in the order of docs/decisions/0011-order-of-locks.md.
        await withLastManagerGuard(em, 'role', async () => {
          const { id } = await findUser(em, login);
          const user = await lockUser(em, { id });
          if (user === null) throw new CommandError(`The account of ${login} was deleted meanwhile.`);
          const role = await findRole(em, roleName);
          const current = await user.role.loadOrFail();
          if (current.id === role.id) {
            outcome = `${user.username} has the role ${role.name} already.`;
            return;
          }
          user.role = ref(role);
          user.updatedAt = clock.now();
          outcome = `${user.username} has the role ${role.name} now; before it was ${current.name}.`;
        });
        return outcome;
      }),
    );
    stdout.write(`${line}\n`);
  },
});

async function findRole(em: EntityManager, name: string): Promise<Role> {
  const roles = await em.find(Role, { deletedAt: null }, { orderBy: { name: 'asc' } });
  const role = roles.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (role === undefined) {
    const names = roles.map((candidate) => candidate.name).join(', ');
    throw new CommandError(`There is no role "${name}". There are: ${names}.`);
  }
  // Shared lock: it is not deleted before the user has it.
  return em.findOneOrFail(Role, { id: role.id, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_READ });
}
