import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../../common/clock.js';
import { type Client } from '../client.js';
import { UserErrorCode, userInputError } from '../../common/user-errors.js';
import { InputCheck } from '../../common/input-check.js';
import { checkNewPassword, isSameAddress } from '../users/account.js';
import { lockUser } from '../users/lock-user.js';
import { type User } from '../users/user.entity.js';
import { type ChangePasswordInput, type ResetPasswordInput } from '../sign-in/auth.inputs.js';
import { type CurrentPassword, wrongPassword } from './current-password.js';
import { hashPassword } from './password.js';
import { PasswordResetRequest } from './password-reset-request.entity.js';
import { endResetLinks } from './reset-links.js';
import { hashSecret } from '../secret-token.js';
import { type SessionService, type SignedIn } from '../sessions/session.service.js';
import { type SignInThrottle } from '../sign-in/sign-in-throttle.js';
import { Token, TokenKind } from '../token.entity.js';
import { type Viewer } from '../viewer.js';
import { type ViewerCache } from '../viewer-cache.js';

/** Called after the commit: schedules the job for the request. Best effort, as the sweep finds it too. */
export type ScheduleResetMail = (requestId: string) => Promise<void>;

function tooLate() {
  return userInputError(UserErrorCode.EXPIRED, 'token', 'This link was used or is too old. Ask for a new one.');
}

/** Changing a password, and setting a new one by mail when the old one is forgotten. */
export class PasswordService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #sessions: SessionService;
  readonly #throttle: SignInThrottle;
  readonly #currentPassword: CurrentPassword;
  readonly #viewers: ViewerCache;
  readonly #scheduleDelivery: ScheduleResetMail;

  constructor(deps: {
    orm: MikroORM;
    clock: Clock;
    sessions: SessionService;
    throttle: SignInThrottle;
    currentPassword: CurrentPassword;
    viewers: ViewerCache;
    scheduleDelivery: ScheduleResetMail;
  }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#sessions = deps.sessions;
    this.#throttle = deps.throttle;
    this.#currentPassword = deps.currentPassword;
    this.#viewers = deps.viewers;
    this.#scheduleDelivery = deps.scheduleDelivery;
  }

  /**
   * Every other session ends.
   * @throws UserInputError for a wrong current or an unfit new password; RATE_LIMITED after too many failures
   */
  async change(viewer: Viewer, client: Client, { currentPassword, newPassword }: ChangePasswordInput): Promise<void> {
    const check = new InputCheck();
    checkNewPassword(check, 'newPassword', newPassword);
    check.done();
    const oldHash = await this.#currentPassword.check(viewer, client, currentPassword);
    const passwordHash = await hashPassword(newPassword, client.network);
    await this.#orm.em.fork().transactional(async (em) => {
      const unchanged = await lockUser(em, { id: viewer.id, passwordHash: oldHash });
      if (unchanged === null) throw wrongPassword();
      await this.#set(em, unchanged, passwordHash, viewer.sessionId);
    });
    this.#viewers.forget();
  }

  /**
   * One row for any address, known or not: the response reveals nothing and takes the same time.
   * @throws RATE_LIMITED when requests come from one place too often
   */
  async requestReset(client: Client, email: string): Promise<void> {
    await this.#throttle.takeFrom(client.network, 'requestPasswordReset');
    const em = this.#orm.em.fork();
    const request = em.create(PasswordResetRequest, { email, createdAt: this.#clock.now() });
    await em.flush();
    await this.#scheduleDelivery(request.id);
  }

  /**
   * Sets the new password by a token from a mail, ends all sessions and opens one (docs/behaviour.md, "Logins and passwords").
   * @throws UserInputError INVALID_CREDENTIALS for an unknown token, EXPIRED for a used or late one, INVALID for an
   * unfit password, which leaves the token usable
   */
  async reset(client: Client, { token, newPassword }: ResetPasswordInput): Promise<SignedIn> {
    const check = new InputCheck();
    checkNewPassword(check, 'newPassword', newPassword);
    check.done();
    const which = { kind: TokenKind.PASSWORD_RESET, hash: hashSecret(token) };
    // Checked before hashing, so that an invalid token costs no hash; and again under the lock.
    const { user: owner } = this.#usable(await this.#orm.em.fork().findOne(Token, which));
    const passwordHash = await hashPassword(newPassword, client.network);
    const signedIn = await this.#orm.em.fork().transactional(async (em) => {
      // Everything that uses a link locks its user first.
      const user = await lockUser(em, { id: owner.id });
      const link = this.#usable(await em.findOne(Token, which));
      if (user === null) throw tooLate();
      // The link was being mailed to the old address while the account got another one.
      if (link.email !== null && !isSameAddress(link.email, user.email)) throw tooLate();
      // The link came by a mail to it.
      user.emailConfirmed = true;
      await this.#set(em, user, passwordHash);
      return this.#sessions.open(em, user, client);
    });
    this.#viewers.forget();
    return signedIn;
  }

  #usable(token: Token | null): Token {
    if (token === null) {
      throw userInputError(UserErrorCode.INVALID_CREDENTIALS, 'token', 'This link is not valid. Ask for a new one.');
    }
    if (token.usedAt !== null || token.expiresAt <= this.#clock.now()) throw tooLate();
    return token;
  }

  /** Every other session ends, every link in a mail, and a change of the address that is not confirmed yet. */
  async #set(em: EntityManager, user: User, passwordHash: string, sessionId?: string): Promise<void> {
    const now = this.#clock.now();
    user.passwordHash = passwordHash;
    user.updatedAt = now;
    // The person who set the old password, and a new address, may be another one.
    user.pendingEmail = null;
    await endResetLinks(em, user.id, now);
    await this.#sessions.endIn(em, { user: user.id, ...(sessionId !== undefined && { id: { $ne: sessionId } }) });
  }
}
