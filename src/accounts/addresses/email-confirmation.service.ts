import { ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../../common/clock.js';
import { UserErrorCode, type UserInputError, userInputError } from '../../common/user-errors.js';
import { isSameAddress, takenError } from '../users/account.js';
import { lockUser } from '../users/lock-user.js';
import { User } from '../users/user.entity.js';
import { type AccountMail, AccountMailKind } from './account-mail.entity.js';
import { type AccountMails } from './account-mails.js';
import { endResetLinks } from '../passwords/reset-links.js';
import { hashSecret } from '../secret-token.js';
import { maySignUp, type SignUpPolicy } from '../sign-in/sign-up-policy.js';
import { Token, TokenKind } from '../token.entity.js';
import { type ViewerCache } from '../viewer-cache.js';

/** Whether the user's account waits for this address to be proven. A link lives as long as that. */
export function awaitsConfirmation({ email, emailConfirmed, pendingEmail }: User, address: string): boolean {
  const wanted = [pendingEmail, emailConfirmed ? null : email];
  return wanted.some((one) => one !== null && isSameAddress(one, address));
}

function refused(code: UserErrorCode, message: string): UserInputError {
  return userInputError(code, 'token', message);
}

/** Confirms addresses by the links in mails to them. */
export class EmailConfirmationService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #viewers: ViewerCache;
  readonly #accountMails: AccountMails;
  readonly #signUpPolicy: SignUpPolicy;

  constructor(deps: {
    orm: MikroORM;
    clock: Clock;
    viewers: ViewerCache;
    accountMails: AccountMails;
    signUp: SignUpPolicy;
  }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#viewers = deps.viewers;
    this.#accountMails = deps.accountMails;
    this.#signUpPolicy = deps.signUp;
  }

  /**
   * Makes the address of a link the account's own, or tells that it is its owner's. Gives the user's id.
   * @throws UserInputError INVALID_CREDENTIALS for an unknown token, EXPIRED for a late one and one that is not waited for
   * any more, TAKEN when another account has the address by now
   */
  async confirm(token: string): Promise<string> {
    const which = { kind: TokenKind.EMAIL_CONFIRMATION, hash: hashSecret(token) };
    try {
      const { userId, mails } = await this.#orm.em.fork().transactional(async (em) => {
        const found = await em.findOne(Token, which);
        if (found === null || found.email === null) {
          throw refused(
            UserErrorCode.INVALID_CREDENTIALS,
            'This link is not valid. Perhaps the mail program cut it off.',
          );
        }
        const user = await lockUser(em, { id: found.user.id });
        if (user === null || !awaitsConfirmation(user, found.email)) {
          throw refused(
            UserErrorCode.EXPIRED,
            'This link was used, or the account does not wait for this address any more.',
          );
        }
        if (found.expiresAt <= this.#clock.now()) {
          throw refused(UserErrorCode.EXPIRED, 'This link is too old. Set the address again for a new mail.');
        }
        // The setting may have been changed since.
        const isAnother = !isSameAddress(user.email, found.email);
        if (isAnother && !user.emailConfirmed && !maySignUp(this.#signUpPolicy, found.email)) {
          throw refused(UserErrorCode.EXPIRED, 'Signing up is not open to this e-mail address any more.');
        }
        return { userId: user.id, mails: await this.#prove(em, user, found.email) };
      });
      this.#viewers.forget();
      await this.#accountMails.scheduleDelivery(mails);
      return userId;
    } catch (error) {
      throw takenError(error) ? taken() : error;
    }
  }

  async #prove(em: EntityManager, user: User, email: string): Promise<AccountMail[]> {
    const others = { email, deletedAt: null, id: { $ne: user.id } };
    if ((await em.count(User, others)) > 0) throw taken();
    const before = { oldEmail: user.email, isProven: user.emailConfirmed, newEmail: email };
    const isAnother = !isSameAddress(user.email, email);
    user.emailConfirmed = true;
    user.updatedAt = this.#clock.now();
    if (!isAnother) return [];
    user.email = email;
    user.pendingEmail = null;
    // Readers of the old mailbox must not gain access by it.
    await endResetLinks(em, user.id, this.#clock.now());
    return this.#accountMails.notifyOldAddress(em, ref(user), AccountMailKind.EMAIL_CHANGED, before);
  }
}

function taken(): UserInputError {
  return refused(UserErrorCode.TAKEN, 'Another account has this e-mail address by now.');
}
