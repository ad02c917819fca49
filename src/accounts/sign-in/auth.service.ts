import { LockMode, ref } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../../common/clock.js';
import { type Client } from '../client.js';
import { ForbiddenError } from '../../common/errors.js';
import { UserErrorCode, userInputError } from '../../common/user-errors.js';
import { checkNewAccount, takenError } from '../users/account.js';
import { BuiltInRole, Role } from '../roles/role.entity.js';
import { User } from '../users/user.entity.js';
import { type SignInInput, type SignUpInput } from './auth.inputs.js';
import { type AccountMails } from '../addresses/account-mails.js';
import { hashPassword, verifyPassword } from '../passwords/password.js';
import { type SessionService, type SignedIn } from '../sessions/session.service.js';
import { type SignInThrottle } from './sign-in-throttle.js';
import { maySignUp, type SignUpPolicy } from './sign-up-policy.js';

function invalidCredentials() {
  return userInputError(UserErrorCode.INVALID_CREDENTIALS, null, 'Invalid username, e-mail address or password.');
}

/** Usernames and addresses have no other characters. */
const NAMES_AN_ACCOUNT = /^[\x21-\x7e]+$/;

/** Signing up and signing in. */
export class AuthService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #sessions: SessionService;
  readonly #throttle: SignInThrottle;
  readonly #accountMails: AccountMails;
  readonly #signUpPolicy: SignUpPolicy;
  readonly #confirmsEmail: boolean;

  constructor(deps: {
    orm: MikroORM;
    clock: Clock;
    sessions: SessionService;
    throttle: SignInThrottle;
    accountMails: AccountMails;
    signUp: SignUpPolicy;
    /** Whether a signed-up address counts only when the mail to it was confirmed. */
    confirmsEmail: boolean;
  }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#sessions = deps.sessions;
    this.#throttle = deps.throttle;
    this.#accountMails = deps.accountMails;
    this.#signUpPolicy = deps.signUp;
    this.#confirmsEmail = deps.confirmsEmail;
  }

  /**
   * Makes an account with the built-in role `user` and signs it in at once.
   * @throws FORBIDDEN where signing up is closed to the address; UserInputError for what is wrong with the input;
   * RATE_LIMITED when a network asks too often
   */
  async signUp(client: Client, input: SignUpInput): Promise<SignedIn> {
    if (!maySignUp(this.#signUpPolicy, input.email)) {
      throw new ForbiddenError('Signing up is not open to this e-mail address. Ask an administrator for an account.');
    }
    await this.#throttle.takeFrom(client.network, 'signUp');
    const em = this.#orm.em.fork();
    const fields = await checkNewAccount(em, input);

    const role = await em.findOneOrFail(Role, { builtIn: BuiltInRole.USER });
    const user = em.create(User, {
      ...fields,
      passwordHash: await hashPassword(input.password, client.network),
      emailConfirmed: !this.#confirmsEmail,
      role: ref(role),
      createdAt: this.#clock.now(),
    });
    const signedIn = await this.#sessions.open(em, user, client);
    const mails = this.#confirmsEmail ? [this.#accountMails.confirm(em, ref(user), user.email)] : [];
    try {
      await em.flush();
    } catch (error) {
      throw takenError(error) ?? error;
    }
    await this.#accountMails.scheduleDelivery(mails);
    return signedIn;
  }

  /**
   * By username or e-mail address (docs/behaviour.md, "Logins and passwords"). A wrong name and a wrong password get
   * the same message after the same time.
   * @throws UserInputError INVALID_CREDENTIALS; RATE_LIMITED after too many failures, the right password too
   */
  async signIn(client: Client, input: SignInInput): Promise<SignedIn> {
    const { password } = input;
    // Phones append a blank to completed words.
    const login = input.login.trim();
    const em = this.#orm.em.fork();
    // PostgreSQL folds the case of other letters in another way than JavaScript, which the throttle's key would show.
    const user = NAMES_AN_ACCOUNT.test(login)
      ? await em.findOne(
          User,
          { $or: [{ username: login }, { email: login }], deletedAt: null },
          { populate: ['passwordHash'] },
        )
      : null;
    const refund = await this.#throttle.charge(user?.id ?? login, client.network);
    const right = await verifyPassword(user?.passwordHash ?? null, password, client.network).catch(
      async (error: unknown) => {
        // The password was not checked, as the queue for hashing is full: the attempt is refunded.
        await refund();
        throw error;
      },
    );
    if (user === null || !right) throw invalidCredentials();
    // Only failures count, whatever becomes of the session.
    await refund();
    const { id, passwordHash } = user;
    const signedIn = await em.transactional(async (inner) => {
      // Locked against a concurrent change of the password, which ends all sessions: the old password must not open one
      // after it.
      const unchanged = { id, passwordHash, deletedAt: null };
      const current = await inner.findOne(User, unchanged, { lockMode: LockMode.PESSIMISTIC_READ });
      if (current === null) throw invalidCredentials();
      return this.#sessions.open(inner, current, client);
    });
    return signedIn;
  }
}
