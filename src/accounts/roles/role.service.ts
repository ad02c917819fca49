import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type ViewerCache } from '../viewer-cache.js';
import { type Clock } from '../../common/clock.js';
import { isId } from '../../common/id.js';
import { UserErrorCode, userInputError } from '../../common/user-errors.js';
import { InputCheck } from '../../common/input-check.js';
import { withLastManagerGuard } from './last-manager.js';
import { Role, ROLE_FLAGS } from './role.entity.js';
import { type CreateRoleInput, type UpdateRoleInput } from './role.inputs.js';
import { User } from '../users/user.entity.js';

const NAME = { most: 50 };

function nameTaken(error: unknown): unknown {
  return error instanceof UniqueConstraintViolationException
    ? userInputError(UserErrorCode.TAKEN, 'name', 'There is a role with this name.')
    : error;
}

/** Makes, changes and deletes roles. Resolvers have asked for canManageUsers. Gives the role's id. */
export class RoleService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #viewers: ViewerCache;

  constructor(deps: { orm: MikroORM; clock: Clock; viewers: ViewerCache }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#viewers = deps.viewers;
  }

  /** @throws UserInputError for what is wrong with the input */
  async create({ name, ...flags }: CreateRoleInput): Promise<string> {
    const check = new InputCheck();
    const text = check.text('name', name, NAME);
    check.done();
    const em = this.#orm.em.fork();
    const role = em.create(Role, { ...flags, name: text, createdAt: this.#clock.now() });
    try {
      await em.flush();
    } catch (error) {
      throw nameTaken(error);
    }
    return role.id;
  }

  /** @throws UserInputError for what is wrong with the input; CONFLICT when nobody could manage users any more */
  async update(input: UpdateRoleInput): Promise<string> {
    try {
      await this.#orm.em.fork().transactional(async (em) => {
        await withLastManagerGuard(em, 'canManageUsers', async () => {
          const role = await this.#locked(em, input.id);
          const check = new InputCheck();
          if (check.requiredInUpdate('name', input.name)) role.name = check.text('name', input.name, NAME);
          for (const flag of ROLE_FLAGS) {
            const value = input[flag];
            if (check.requiredInUpdate(flag, value)) role[flag] = value;
          }
          check.done();
        });
      });
    } catch (error) {
      throw nameTaken(error);
    }
    this.#viewers.forget();
    return input.id.toLowerCase();
  }

  /** @throws UserInputError CONFLICT for a built-in role, and while a living user holds it */
  async delete(id: string): Promise<string> {
    await this.#orm.em.fork().transactional(async (em) => {
      const role = await this.#locked(em, id);
      if (role.builtIn !== null) {
        throw userInputError(UserErrorCode.CONFLICT, 'id', 'A built-in role cannot be deleted. Change it instead.');
      }
      const holders = await em.count(User, { role, deletedAt: null });
      if (holders > 0) {
        const message = `${holders} ${holders === 1 ? 'user holds' : 'users hold'} this role. Give them another one first.`;
        throw userInputError(UserErrorCode.CONFLICT, 'id', message);
      }
      role.deletedAt = this.#clock.now();
    });
    return id.toLowerCase();
  }

  /** Locked, so that nobody is given the role while it is being deleted; see `liveRole`. */
  async #locked(em: EntityManager, id: string): Promise<Role> {
    const role = isId(id)
      ? await em.findOne(Role, { id, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_WRITE })
      : null;
    if (role === null) throw userInputError(UserErrorCode.NOT_FOUND, 'id', 'There is no role with this id.');
    return role;
  }
}
