import { ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { createHash, randomBytes } from 'node:crypto';
import { type Clock } from '../clock.js';
import { type Client } from '../graphql/context.js';
import { UserErrorCode, userInputError } from '../graphql/errors.js';
import { InputCheck } from '../graphql/input-check.js';
import { checkAccountFields, checkNewPassword, checkNotTaken, takenError } from '../users/account.js';
import { BuiltInRole, Role } from '../users/role.entity.js';
import { User } from '../users/user.entity.js';
import { type AccessTokens } from './access-token.js';
import { type SignInInput, type SignUpInput } from './auth.inputs.js';
import { hashPassword, verifyPassword } from './password.js';
import { Session } from './session.entity.js';
import { Token, TokenKind } from './token.entity.js';

const DAY_MS = 86_400_000;
/** 256 bits: beyond guessing, so that its hash needs no salt. */
const REFRESH_TOKEN_BYTES = 32;
const LONGEST_USER_AGENT = 255;

/** Everything a client needs to go on; what `AuthPayload` shows. */
export interface SignedIn {
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
  userId: string;
  sessionId: string;
}

export class AuthService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #accessTokens: AccessTokens;
  readonly #sessionMs: number;

  constructor(deps: { orm: MikroORM; clock: Clock; accessTokens: AccessTokens; sessionDays: number }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#accessTokens = deps.accessTokens;
    this.#sessionMs = deps.sessionDays * DAY_MS;
  }

  /**
   * Makes an account with the built-in role `user` and signs it in at once (requirements 1, 7, 8, C10).
   * @throws UserInputError for what is wrong with the input
   */
  async signUp(client: Client, input: SignUpInput): Promise<SignedIn> {
    const em = this.#orm.em.fork();
    const check = new InputCheck();
    const fields = checkAccountFields(check, input);
    checkNewPassword(check, 'password', input.password);
    check.done();
    await checkNotTaken(check, em, fields);
    check.done();

    const role = await em.findOneOrFail(Role, { builtIn: BuiltInRole.USER });
    const user = em.create(User, {
      ...fields,
      passwordHash: await hashPassword(input.password),
      role: ref(role),
      createdAt: this.#clock.now(),
    });
    const signedIn = await this.#openSession(em, user, client);
    try {
      await em.flush();
    } catch (error) {
      throw takenError(error) ?? error;
    }
    return signedIn;
  }

  /**
   * By username or e-mail address (requirements C9). Wrong name and wrong password are told in the same words, after
   * the same time.
   * @throws UserInputError INVALID_CREDENTIALS
   */
  async signIn(client: Client, { login, password }: SignInInput): Promise<SignedIn> {
    const em = this.#orm.em.fork();
    const user = login.includes('\0')
      ? null
      : await em.findOne(
          User,
          { $or: [{ username: login }, { email: login }], deletedAt: null },
          { populate: ['passwordHash'] },
        );
    const right = await verifyPassword(user?.passwordHash ?? null, password);
    if (user === null || !right) {
      throw userInputError(UserErrorCode.INVALID_CREDENTIALS, null, 'Invalid username, e-mail address or password.');
    }
    const signedIn = await this.#openSession(em, user, client);
    await em.flush();
    return signedIn;
  }

  /** Adds a session and its first refresh token to the unit of work; the caller flushes. */
  async #openSession(em: EntityManager, user: User, client: Client): Promise<SignedIn> {
    const now = this.#clock.now();
    const expiresAt = new Date(now.getTime() + this.#sessionMs);
    const session = em.create(Session, {
      user: ref(user),
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
      ipAddress: client.ipAddress,
      userAgent: client.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
    });
    const refreshToken = randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
    em.create(Token, {
      kind: TokenKind.REFRESH,
      hash: createHash('sha256').update(refreshToken).digest('base64url'),
      user: ref(user),
      session: ref(session),
      createdAt: now,
      expiresAt,
    });
    const access = await this.#accessTokens.issue({ userId: user.id, sessionId: session.id });
    return {
      accessToken: access.token,
      accessTokenExpiresAt: access.expiresAt,
      refreshToken,
      refreshTokenExpiresAt: expiresAt,
      userId: user.id,
      sessionId: session.id,
    };
  }
}
