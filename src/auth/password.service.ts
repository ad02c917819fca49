import { LockMode, ref } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../clock.js';
import { type Client } from '../graphql/context.js';
import { UserErrorCode, userInputError } from '../graphql/errors.js';
import { InputCheck } from '../graphql/input-check.js';
import { checkNewPassword } from '../users/account.js';
import { User } from '../users/user.entity.js';
import { type ChangePasswordInput, type ResetPasswordInput } from './auth.inputs.js';
import { hashPassword, verifyPassword } from './password.js';
import { PasswordResetRequest } from './password-reset-request.entity.js';
import { hashSecret } from './secret-token.js';
import { type SessionService, type SignedIn } from './session.service.js';
import { type SignInThrottle } from './sign-in-throttle.js';
import { Token, TokenKind } from './token.entity.js';
import { type Viewer } from './viewer.js';
import { type ViewerSource } from './viewer-source.js';

/** After the commit: asks the worker to look at the request. Best effort, as a sweep finds it too. */
export type WakeForReset = (requestId: string) => Promise<void>;

/** Changing a password, and setting a new one by mail when the old one is forgotten. */
export class PasswordService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #sessions: SessionService;
  readonly #throttle: SignInThrottle;
  readonly #viewers: ViewerSource;
  readonly #wake: WakeForReset;

  constructor(deps: {
    orm: MikroORM;
    clock: Clock;
    sessions: SessionService;
    throttle: SignInThrottle;
    viewers: ViewerSource;
    wake: WakeForReset;
  }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#sessions = deps.sessions;
    this.#throttle = deps.throttle;
    this.#viewers = deps.viewers;
    this.#wake = deps.wake;
  }

  /**
   * Every other session ends.
   * @throws UserInputError for a wrong current or an unfit new password; RATE_LIMITED after too many failures
   */
  async change(viewer: Viewer, { currentPassword, newPassword }: ChangePasswordInput): Promise<void> {
    const check = new InputCheck();
    checkNewPassword(check, 'newPassword', newPassword);
    check.done();
    const em = this.#orm.em.fork();
    const user = await em.findOneOrFail(User, { id: viewer.id }, { populate: ['passwordHash'] });
    const giveBack = await this.#throttle.take(user.id);
    if (!(await verifyPassword(user.passwordHash, currentPassword))) {
      throw userInputError(UserErrorCode.INVALID_CREDENTIALS, 'currentPassword', 'This is not your current password.');
    }
    user.passwordHash = await hashPassword(newPassword);
    user.updatedAt = this.#clock.now();
    await this.#sessions.endIn(em, { user: viewer.id, id: { $ne: viewer.sessionId } });
    await em.flush();
    this.#viewers.forget();
    await giveBack();
  }

  /** One row for any address, known or not: the answer says nothing, and takes the same time. */
  async requestReset(email: string): Promise<void> {
    const em = this.#orm.em.fork();
    const request = em.create(PasswordResetRequest, { email, createdAt: this.#clock.now() });
    await em.flush();
    await this.#wake(request.id);
  }

  /**
   * Sets the new password by a token from a mail, ends all sessions and opens one (contract, `resetPassword`).
   * @throws UserInputError INVALID_CREDENTIALS for an unknown token, EXPIRED for a used or late one, INVALID for an
   * unfit password, which leaves the token usable
   */
  async reset(client: Client, { token, newPassword }: ResetPasswordInput): Promise<SignedIn> {
    const check = new InputCheck();
    checkNewPassword(check, 'newPassword', newPassword);
    check.done();
    // Looked at before, so that an unknown token costs no hash; and again below, locked, after the slow part.
    const which = { kind: TokenKind.PASSWORD_RESET, hash: hashSecret(token) };
    if ((await this.#orm.em.fork().count(Token, which)) === 0) {
      throw userInputError(UserErrorCode.INVALID_CREDENTIALS, 'token', 'This link is not valid. Ask for a new one.');
    }
    const passwordHash = await hashPassword(newPassword);
    const signedIn = await this.#orm.em.fork().transactional(async (em) => {
      const now = this.#clock.now();
      const found = await em.findOneOrFail(Token, which, { lockMode: LockMode.PESSIMISTIC_WRITE });
      const user = await em.findOne(User, { id: found.user.id, deletedAt: null });
      if (found.usedAt !== null || found.expiresAt <= now || user === null) {
        throw userInputError(UserErrorCode.EXPIRED, 'token', 'This link was used or is too old. Ask for a new one.');
      }
      // Other links that are still under way die with this one.
      const links = await em.find(Token, { kind: TokenKind.PASSWORD_RESET, user: ref(user), usedAt: null });
      for (const link of links) link.usedAt = now;
      user.passwordHash = passwordHash;
      user.updatedAt = now;
      await this.#sessions.endIn(em, { user: user.id });
      return this.#sessions.open(em, user, client);
    });
    this.#viewers.forget();
    return signedIn;
  }
}
