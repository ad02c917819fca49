import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../../common/clock.js';
import { isId } from '../../common/id.js';
import { type Client } from '../client.js';
import { RateLimitedError } from '../../common/errors.js';
import { UserErrorCode, type UserInputError, userInputError } from '../../common/user-errors.js';
import { User } from '../users/user.entity.js';
import { type AccessTokens } from './access-token.js';
import { hashSecret, newSecret } from '../secret-token.js';
import { Session } from './session.entity.js';
import { Token, TokenKind } from '../token.entity.js';
import { type Viewer } from '../viewer.js';
import { type ViewerCache } from '../viewer-cache.js';

const DAY_MS = 86_400_000;
const MAX_USER_AGENT_LENGTH = 255;
/**
 * How long a refresh token can be used again after its first use: tabs of one browser refresh at the same moment, and an
 * answer may be lost on its way.
 */
const GRACE_MS = 30_000;
/** Maximum number of pairs for one token within the grace period. */
const MAX_TOKENS_PER_GENERATION = 100;

/** The tokens of a session, as in `AuthPayload`. */
export interface SignedIn {
  accessToken: string;
  accessTokenExpiresAt: Date;
  accessTokenExpiresIn: number;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
  userId: string;
  sessionId: string;
}

function refused(code: UserErrorCode, message: string): UserInputError {
  return userInputError(code, 'refreshToken', message);
}

/** Opens, prolongs and ends sessions (docs/behaviour.md, "Access tokens and refresh tokens"). */
export class SessionService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #accessTokens: AccessTokens;
  readonly #viewers: ViewerCache;
  readonly #sessionMs: number;

  constructor(deps: {
    orm: MikroORM;
    clock: Clock;
    accessTokens: AccessTokens;
    viewers: ViewerCache;
    sessionDays: number;
  }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#accessTokens = deps.accessTokens;
    this.#viewers = deps.viewers;
    this.#sessionMs = deps.sessionDays * DAY_MS;
  }

  /** Adds a session and its first refresh token to the unit of work; the caller flushes. */
  async open(em: EntityManager, user: User, client: Client): Promise<SignedIn> {
    const now = this.#clock.now();
    const session = em.create(Session, {
      user: ref(user),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + this.#sessionMs),
      ipAddress: client.ipAddress,
      userAgent: client.userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
    });
    return this.#issue(em, session, user.id);
  }

  /** @param generation the id of the refresh token that it is given for; null for a session's first */
  async #issue(
    em: EntityManager,
    session: Session,
    userId: string,
    generation: string | null = null,
  ): Promise<SignedIn> {
    const { secret, hash } = newSecret();
    em.create(Token, {
      kind: TokenKind.REFRESH,
      hash,
      user: userId,
      session: ref(session),
      generation,
      createdAt: this.#clock.now(),
      expiresAt: session.expiresAt,
    });
    const access = await this.#accessTokens.issue({ userId, sessionId: session.id });
    return {
      accessToken: access.token,
      accessTokenExpiresAt: access.expiresAt,
      accessTokenExpiresIn: access.expiresIn,
      refreshToken: secret,
      refreshTokenExpiresAt: session.expiresAt,
      userId,
      sessionId: session.id,
    };
  }

  /**
   * Exchanges a refresh token for a new pair. Within the grace period it can be used again, for further pairs of the
   * same generation; after it, or once a token of that generation was used, reuse indicates a theft and ends the
   * session.
   * @throws UserInputError INVALID_CREDENTIALS for an unknown or used token, EXPIRED for a late one or an ended session
   */
  async refresh(refreshToken: string): Promise<SignedIn> {
    const outcome = await this.#orm.em.fork().transactional(async (em) => {
      const found = await em.findOne(
        Token,
        { kind: TokenKind.REFRESH, hash: hashSecret(refreshToken) },
        { lockMode: LockMode.PESSIMISTIC_WRITE },
      );
      const session = found?.session ? await em.findOne(Session, { id: found.session.id }) : null;
      if (found === null || session === null) {
        return refused(UserErrorCode.INVALID_CREDENTIALS, 'This refresh token is not valid. Sign in.');
      }
      const now = this.#clock.now();
      if (found.usedAt !== null && (await this.#isSpent(em, found, found.usedAt))) {
        // Returned, not thrown: the end of the session must be committed.
        session.revokedAt ??= now;
        return refused(
          UserErrorCode.INVALID_CREDENTIALS,
          'This refresh token was used before, so its session has been ended. Sign in.',
        );
      }
      const others = await em.count(Token, { session: found.session, generation: found.id });
      if (others >= MAX_TOKENS_PER_GENERATION) throw new RateLimitedError(GRACE_MS / 1000);
      const owner = await em.findOne(User, { id: found.user.id, deletedAt: null });
      if (owner === null || session.revokedAt !== null || found.expiresAt <= now || session.expiresAt <= now) {
        return refused(UserErrorCode.EXPIRED, 'This session has ended. Sign in.');
      }
      found.usedAt ??= now;
      session.lastUsedAt = now;
      session.expiresAt = new Date(now.getTime() + this.#sessionMs);
      return this.#issue(em, session, owner.id, found.id);
    });
    if ('userErrors' in outcome) {
      this.#viewers.forget();
      throw outcome;
    }
    return outcome;
  }

  /** Whether a used token must not be used again: its successor was used, or the grace period is over. */
  async #isSpent(em: EntityManager, { id, session }: Token, usedAt: Date): Promise<boolean> {
    if (this.#clock.now().getTime() - usedAt.getTime() >= GRACE_MS) return true;
    return (await em.count(Token, { session, generation: id, usedAt: { $ne: null } })) > 0;
  }

  async signOut(viewer: Viewer): Promise<void> {
    await this.end({ id: viewer.sessionId });
  }

  /** Ends the session of a refresh token, if it has one, whether or not the token can still be used. */
  async signOutBy(refreshToken: string): Promise<void> {
    const which = { kind: TokenKind.REFRESH, hash: hashSecret(refreshToken) };
    const token = await this.#orm.em.fork().findOne(Token, which);
    if (token?.session) await this.end({ id: token.session.id });
  }

  /**
   * Ends one session of the viewer's own.
   * @throws UserInputError NOT_FOUND for one that is not theirs, or has ended
   */
  async revoke(viewer: Viewer, id: string): Promise<string> {
    const ended = isId(id) ? await this.end({ id, user: viewer.id }) : [];
    const [session] = ended;
    if (session === undefined) {
      throw userInputError(UserErrorCode.NOT_FOUND, 'id', 'You have no session with this id.');
    }
    return session;
  }

  /** Ends all sessions of the viewer but this one; gives their ids. */
  async revokeOthers(viewer: Viewer): Promise<string[]> {
    return this.end({ user: viewer.id, id: { $ne: viewer.sessionId } });
  }

  /** Ends the live sessions that match, at once on this instance and within five seconds on the others. */
  async end(which: { id?: string | { $ne: string }; user?: string }): Promise<string[]> {
    const sessions = await this.#orm.em.fork().transactional(async (em) => this.endIn(em, which));
    this.#viewers.forget();
    return sessions;
  }

  /** The same within the caller's transaction; after the commit the caller invalidates the cached viewers. */
  async endIn(em: EntityManager, which: { id?: string | { $ne: string }; user?: string }): Promise<string[]> {
    const now = this.#clock.now();
    const sessions = await em.find(
      Session,
      { ...which, revokedAt: null, expiresAt: { $gt: now } },
      // In the order of ids, to avoid deadlocks.
      { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
    );
    for (const session of sessions) session.revokedAt = now;
    return sessions.map(({ id }) => id);
  }
}
