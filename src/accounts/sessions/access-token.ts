import { createLocalJWKSet, errors, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Clock } from '../../common/clock.js';
import { type SigningKeys } from './signing-keys.js';

const ALGORITHM = 'EdDSA';
const TYPE = 'at+jwt';
const ISSUER = 'docket';
const AUDIENCE = 'docket';

/** Bounds the memory. */
const MAX_REMEMBERED = 10_000;

const claims = z.object({ sub: z.uuid(), sid: z.uuid(), exp: z.number() });

/** Why a token is refused. Only one that we signed ourselves is told to have expired. */
export type TokenFault = 'EXPIRED' | 'INVALID';

export interface AccessTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
}

/** A good token: whom it names, and the time from which on it is refused, in milliseconds since 1970. */
export interface VerifiedToken extends AccessTokenSubject {
  readonly until: number;
}

/** Makes and checks the JWTs of `Authorization: Bearer`, without the database (docs/behaviour.md, "Access tokens and refresh tokens"). */
export class AccessTokens {
  readonly #keys: SigningKeys;
  readonly #publicKey: JWTVerifyGetKey;
  readonly #clock: Clock;
  readonly #lifetimeSeconds: number;
  /** A signature stays right until the token expires: checking it takes as long as a small query. */
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: MAX_REMEMBERED });

  constructor(keys: SigningKeys, clock: Clock, lifetimeSeconds: number) {
    this.#keys = keys;
    const publicKeys = createLocalJWKSet(keys.jwks);
    this.#publicKey = async (header, token) => {
      // Without one the set would give its only key.
      if (header.kid === undefined) throw new Error('A token names its key');
      return publicKeys(header, token);
    };
    this.#clock = clock;
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /** `expiresIn`: whole seconds that are left. */
  async issue({
    userId,
    sessionId,
  }: AccessTokenSubject): Promise<{ token: string; expiresAt: Date; expiresIn: number }> {
    const now = this.#clock.now().getTime() / 1000;
    const issuedAt = Math.floor(now);
    const expiresAt = issuedAt + this.#lifetimeSeconds;
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.#keys.current.kid, typ: TYPE })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.#keys.current.key);
    return { token, expiresAt: new Date(expiresAt * 1000), expiresIn: Math.floor(expiresAt - now) };
  }

  /** Whom the token names, or why it is refused. */
  async verify(token: string): Promise<VerifiedToken | TokenFault> {
    const remembered = this.#verified.get(token);
    if (remembered && this.#clock.now().getTime() < remembered.until) return remembered;
    this.#verified.delete(token);

    const verified = await this.#check(token);
    if (typeof verified !== 'string') this.#verified.set(token, verified);
    return verified;
  }

  async #check(token: string): Promise<VerifiedToken | TokenFault> {
    if (!hasOneForm(token)) return 'INVALID';
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'iat', 'sub', 'sid'],
        // None: a token is refused as soon as it expires. Instances' clocks that differ do no harm, as our tokens have
        // no nbf.
        clockTolerance: 0,
        currentDate: this.#clock.now(),
      });
      const { sub, sid, exp } = claims.parse(payload);
      return { userId: sub, sessionId: sid, until: exp * 1000 };
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'EXPIRED' : 'INVALID';
    }
  }
}

/**
 * Whether the signature is written as we write it: the last of its characters holds bits that belong to none of its
 * bytes, and a token with others in them would pass for another token.
 */
function hasOneForm(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}
