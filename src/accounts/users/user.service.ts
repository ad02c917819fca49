import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type AccountMail } from '../addresses/account-mail.entity.js';
import { type CurrentPassword, wrongPassword } from '../passwords/current-password.js';
import { hashPassword } from '../passwords/password.js';
import { type SessionService } from '../sessions/session.service.js';
import { type Viewer } from '../viewer.js';
import { type ViewerCache } from '../viewer-cache.js';
import { type Clock } from '../../common/clock.js';
import { isId } from '../../common/id.js';
import { type Client } from '../client.js';
import { ForbiddenError } from '../../common/errors.js';
import { UserErrorCode, userInputError } from '../../common/user-errors.js';
import { InputCheck } from '../../common/input-check.js';
import { checkAccountFields, checkNewAccount, checkNotTaken, isSameAddress, takenError } from './account.js';
import { type AddressChange } from '../addresses/address-change.js';
import { withLastManagerGuard } from '../roles/last-manager.js';
import { lockUser } from './lock-user.js';
import { Role } from '../roles/role.entity.js';
import { User } from './user.entity.js';
import {
  type CreateUserInput,
  type DeleteUserInput,
  type SetTicketPermissionsInput,
  type UpdateUserInput,
} from './user.inputs.js';
import { canManageUser, canSetRole, canSetTicketPermissions, isOwnAccount } from './user.policy.js';

/** What other domains do with a deleted user's rows, in the transaction that deletes the account. */
export type OnUserDeleted = (em: EntityManager, user: User, actorId: string) => Promise<void>;

/** Makes, changes and deletes accounts. Gives the user's id. */
export class UserService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #sessions: SessionService;
  readonly #viewers: ViewerCache;
  readonly #onUserDeleted: OnUserDeleted;
  readonly #currentPassword: CurrentPassword;
  readonly #addressChange: AddressChange;

  constructor(deps: {
    orm: MikroORM;
    clock: Clock;
    sessions: SessionService;
    viewers: ViewerCache;
    onUserDeleted: OnUserDeleted;
    currentPassword: CurrentPassword;
    addressChange: AddressChange;
  }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#sessions = deps.sessions;
    this.#viewers = deps.viewers;
    this.#onUserDeleted = deps.onUserDeleted;
    this.#currentPassword = deps.currentPassword;
    this.#addressChange = deps.addressChange;
  }

  /** The resolver has asked for canManageUsers. @throws UserInputError for what is wrong with the input */
  async create(input: CreateUserInput): Promise<string> {
    const em = this.#orm.em.fork();
    const fields = await checkNewAccount(em, input);
    const passwordHash = await hashPassword(input.password);
    try {
      return await em.transactional(async (inner) => {
        const check = new InputCheck();
        const role = await this.#role(inner, check, input.roleId);
        check.done();
        const createdAt = this.#clock.now();
        return inner.create(User, { ...fields, passwordHash, role: role ?? input.roleId, createdAt }).id;
      });
    } catch (error) {
      throw takenError(error) ?? error;
    }
  }

  /**
   * Changes the fields that are given. The user's own new address needs the current password and a confirmation;
   * canManageUsers sets other people's at once.
   * @throws FORBIDDEN for another's account, or a role, without canManageUsers; UserInputError for what is wrong with
   * the input, CONFLICT for demoting the last one who can manage users; RATE_LIMITED after too many wrong passwords
   */
  async update(viewer: Viewer, client: Client, input: UpdateUserInput): Promise<string> {
    if (input.roleId !== undefined && !canSetRole(viewer)) throw new ForbiddenError('A role needs canManageUsers.');
    const passwordHash = await this.#addressChange.passwordFor(viewer, client, input);
    let mails: readonly AccountMail[] = [];
    try {
      await this.#orm.em.fork().transactional(async (em) => {
        const change = async () => {
          mails = await this.#change(em, viewer, input, passwordHash);
        };
        await (input.roleId == null ? change() : withLastManagerGuard(em, 'roleId', change));
      });
    } catch (error) {
      throw takenError(error) ?? error;
    }
    this.#viewers.forget();
    await this.#addressChange.scheduleDelivery(mails);
    return input.id.toLowerCase();
  }

  /** Gives the mails that were enqueued. */
  async #change(
    em: EntityManager,
    viewer: Viewer,
    input: UpdateUserInput,
    passwordHash: string | null,
  ): Promise<AccountMail[]> {
    const user = await this.#locked(em, 'id', input.id);
    if (!canManageUser(viewer, user.id)) throw new ForbiddenError("You may not change another person's account.");
    const check = new InputCheck();
    const email = check.requiredInUpdate('email', input.email) ? input.email : user.email;
    const fields = checkAccountFields(check, {
      // The user's own new address is set when it is confirmed.
      email: isOwnAccount(viewer, user.id) && !isSameAddress(email, user.email) ? user.email : email,
      username: check.requiredInUpdate('username', input.username) ? input.username : user.username,
      firstName: check.requiredInUpdate('firstName', input.firstName) ? input.firstName : user.firstName,
      lastName: input.lastName === undefined ? user.lastName : input.lastName,
    });
    const role = check.requiredInUpdate('roleId', input.roleId) ? await this.#role(em, check, input.roleId) : null;
    check.done();
    await checkNotTaken(check, em, fields, user.id);
    check.done();
    const mails = input.email == null ? [] : await this.#addressChange.of(em, viewer, user, { email, passwordHash });
    em.assign(user, { ...fields, ...(role && { role: ref(role) }), updatedAt: this.#clock.now() });
    return mails;
  }

  /**
   * The four permissions of an account. canManageUsers sets them; users may drop their own.
   * @throws FORBIDDEN for another's, and for raising one's own, without canManageUsers
   */
  async setTicketPermissions(viewer: Viewer, { userId, permissions }: SetTicketPermissionsInput): Promise<string> {
    await this.#orm.em.fork().transactional(async (em) => {
      const user = await this.#locked(em, 'userId', userId);
      const before = {
        create: user.mayCreateTickets,
        edit: user.mayEditTickets,
        view: user.mayViewTickets,
        delete: user.mayDeleteTickets,
      };
      if (!canSetTicketPermissions(viewer, user.id, before, permissions)) {
        throw new ForbiddenError('You may take rights from yourself; giving them needs canManageUsers.');
      }
      user.mayCreateTickets = permissions.create;
      user.mayEditTickets = permissions.edit;
      user.mayViewTickets = permissions.view;
      user.mayDeleteTickets = permissions.delete;
      user.updatedAt = this.#clock.now();
    });
    this.#viewers.forget();
    return userId.toLowerCase();
  }

  /**
   * Soft: sessions end, active tickets become unassigned, waiting mails are cancelled, and what they wrote stays under
   * their name (docs/behaviour.md, "Deleting and restoring").
   * @throws FORBIDDEN for another's account without canManageUsers; UserInputError CONFLICT for the last one who can
   * manage users, and for one's own account as `CurrentPassword.check`
   */
  async delete(viewer: Viewer, client: Client, { id, currentPassword }: DeleteUserInput): Promise<string> {
    const passwordHash = isOwnAccount(viewer, id.toLowerCase())
      ? await this.#currentPassword.check(viewer, client, currentPassword)
      : null;
    await this.#orm.em.fork().transactional(async (em) => {
      await withLastManagerGuard(em, 'id', async () => {
        const user = await this.#locked(em, 'id', id);
        if (!canManageUser(viewer, user.id)) throw new ForbiddenError("You may not delete another person's account.");
        if (passwordHash !== null && (await lockUser(em, { id: user.id, passwordHash })) === null)
          throw wrongPassword();
        user.deletedAt = this.#clock.now();
        user.pendingEmail = null;
        await this.#sessions.endIn(em, { user: user.id });
        await this.#onUserDeleted(em, user, viewer.id);
      });
    });
    this.#viewers.forget();
    return id.toLowerCase();
  }

  async #locked(em: EntityManager, field: string, id: string): Promise<User> {
    const user = await lockUser(em, { id });
    if (user === null) throw userInputError(UserErrorCode.NOT_FOUND, field, 'There is no user with this id.');
    return user;
  }

  /** A live role, locked against its deletion until the transaction ends. */
  async #role(em: EntityManager, check: InputCheck, id: string): Promise<Role | null> {
    const role = isId(id)
      ? await em.findOne(Role, { id, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_READ })
      : null;
    if (role === null) check.add(UserErrorCode.NOT_FOUND, 'roleId', 'There is no role with this id.');
    return role;
  }
}
