import { ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type AccountMail, AccountMailKind } from './account-mail.entity.js';
import { type AccountMails } from './account-mails.js';
import { type CurrentPassword, wrongPassword } from '../passwords/current-password.js';
import { endResetLinks } from '../passwords/reset-links.js';
import { maySignUp, type SignUpPolicy } from '../sign-in/sign-up-policy.js';
import { type Viewer } from '../viewer.js';
import { type Clock } from '../../common/clock.js';
import { type Client } from '../client.js';
import { ForbiddenError } from '../../common/errors.js';
import { isSameAddress } from '../users/account.js';
import { lockUser } from '../users/lock-user.js';
import { User } from '../users/user.entity.js';
import { type UpdateUserInput } from '../users/user.inputs.js';
import { isOwnAccount } from '../users/user.policy.js';

/** Changes of an account's address: the user's own needs the current password and a confirmation, another's neither. */
export class AddressChange {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #currentPassword: CurrentPassword;
  readonly #accountMails: AccountMails;
  readonly #signUpPolicy: SignUpPolicy;

  constructor(deps: {
    orm: MikroORM;
    clock: Clock;
    currentPassword: CurrentPassword;
    accountMails: AccountMails;
    signUp: SignUpPolicy;
  }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#currentPassword = deps.currentPassword;
    this.#accountMails = deps.accountMails;
    this.#signUpPolicy = deps.signUp;
  }

  /**
   * The hash of the viewer's password if the change needs it, else null. Called before the transaction, as verifying
   * takes long.
   * @throws as `CurrentPassword.check`
   */
  async passwordFor(viewer: Viewer, client: Client, input: UpdateUserInput): Promise<string | null> {
    if (input.email == null || !isOwnAccount(viewer, input.id.toLowerCase())) return null;
    const { email, emailConfirmed } = await this.#orm.em.fork().findOneOrFail(User, { id: viewer.id });
    const asksForMail = !emailConfirmed && input.currentPassword != null;
    if (isSameAddress(email, input.email) && !asksForMail) return null;
    return this.#currentPassword.check(viewer, client, input.currentPassword);
  }

  /**
   * Invalidates links and stores the user's own new address as unconfirmed; the caller sets another's. Gives the mails
   * that were enqueued.
   * @param user locked
   */
  async of(
    em: EntityManager,
    viewer: Viewer,
    user: User,
    { email, passwordHash }: { email: string; passwordHash: string | null },
  ): Promise<AccountMail[]> {
    const isOther = !isSameAddress(email, user.email);
    const before = { oldEmail: user.email, isProven: user.emailConfirmed, newEmail: email };
    if (!isOwnAccount(viewer, user.id)) {
      if (!isOther) return [];
      user.emailConfirmed = true;
      user.pendingEmail = null;
      // Who reads the old mailbox must not get in by it.
      await endResetLinks(em, user.id, this.#clock.now());
      return this.#accountMails.notifyOldAddress(em, ref(user), AccountMailKind.EMAIL_CHANGED, before);
    }
    // It was the account's address when the password was not asked for, and somebody else changed it meanwhile.
    if (passwordHash === null && isOther) throw wrongPassword();
    if (passwordHash !== null && (await lockUser(em, { id: user.id, passwordHash })) === null) throw wrongPassword();
    // Otherwise an address in one of the domains, which nobody has to prove, would open signing up to any other address.
    if (isOther && !user.emailConfirmed && !maySignUp(this.#signUpPolicy, email)) {
      throw new ForbiddenError(
        'Signing up is not open to this e-mail address. Confirm the one that you signed up with first.',
      );
    }
    user.pendingEmail = isOther ? email : null;
    if (passwordHash === null) return [];
    const notices = isOther
      ? this.#accountMails.notifyOldAddress(em, ref(user), AccountMailKind.EMAIL_CHANGE_REQUESTED, before)
      : [];
    return [this.#accountMails.confirm(em, ref(user), email), ...notices];
  }

  /** After the commit. */
  async scheduleDelivery(mails: readonly AccountMail[]): Promise<void> {
    await this.#accountMails.scheduleDelivery(mails);
  }
}
