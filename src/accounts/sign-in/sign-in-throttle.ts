import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Clock } from '../../common/clock.js';
import { type Db } from '../../database/db.js';
import { RateLimitedError } from '../../common/errors.js';

/** At most ten failures an account in ten minutes, from however many addresses. */
const MAX_ATTEMPTS = 10;
const WINDOW_MS = 600_000;
/**
 * Failures, sign-ups and requests for a new password from one network in the same time, each counted by itself. An
 * office shares an address, and so does everybody behind a proxy that is not trusted (TRUST_PROXY).
 */
const MAX_ATTEMPTS_PER_NETWORK = 100;

/** What can be asked for without a password. Making an account also tells whether an e-mail address has one. */
export type OpenRequest = 'signUp' | 'requestPasswordReset';

/** Refunds an attempt. */
type Refund = () => Promise<void>;

/**
 * Counts password attempts in PostgreSQL, so that it holds over all instances. A correct password refunds its own
 * attempt: only failures count, and a sign-in does not reset an attacker's count.
 */
export class SignInThrottle {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * Counts one attempt for an account and one for the client's network. Gives the function that refunds both, best
   * effort: it never rejects, as the sign-in may have succeeded, and an attempt that is not refunded expires with the
   * window.
   * @param account its id, or the login as written when there is no such account: both are limited alike
   * @param network of the client (client-network.ts)
   * @throws RATE_LIMITED with retryAfterSeconds when either has none left
   */
  async charge(account: string, network: string | null): Promise<Refund> {
    // The network first, so that a refused network with invented logins adds no rows.
    const backToNetwork =
      network === null ? null : await this.#takeOne(`failure:${hashOf(network)}`, MAX_ATTEMPTS_PER_NETWORK);
    try {
      const backToAccount = await this.#takeOne(hashOf(account.toLowerCase()), MAX_ATTEMPTS);
      return async () => {
        await backToAccount();
        await backToNetwork?.();
      };
    } catch (error) {
      // No password was tried.
      await backToNetwork?.();
      throw error;
    }
  }

  async #takeOne(key: string, most: number): Promise<Refund> {
    await this.#count(key, most);
    return async () => {
      await this.#db
        .all(
          sql`update sign_in_throttle t set attempts = t.attempts[1:cardinality(t.attempts) - 1] where t.key = ${key}`,
        )
        .catch(() => {});
    };
  }

  /**
   * Counts a request that needs no password, by where it comes from.
   * @throws RATE_LIMITED with retryAfterSeconds when that network asked too often
   */
  async takeFrom(network: string | null, request: OpenRequest): Promise<void> {
    // A hash contains no colon, so no login can have the same key.
    if (network !== null) await this.#count(`${request}:${hashOf(network)}`, MAX_ATTEMPTS_PER_NETWORK);
  }

  async #count(key: string, most: number): Promise<void> {
    const now = this.#clock.now();
    const recent = sql`array(select a from unnest(t.attempts) a where a > ${new Date(now.getTime() - WINDOW_MS).toISOString()}::timestamptz order by a)`;
    const instant = sql`${now.toISOString()}::timestamptz`;
    // One statement: PostgreSQL's lock on the row makes attempts at the same moment count one after the other. A
    // refused attempt computes no hash and is not counted, so repeating it does not prolong the wait.
    const taken = await this.#db.all(sql`
      insert into sign_in_throttle as t (key, attempts) values (${key}, array[${instant}])
      on conflict (key) do update set attempts = ${recent} || ${instant}
        where cardinality(${recent}) < ${sql.lit(most)}
      returning key`);
    if (taken.length > 0) return;
    const oldest = await this.#db.first(sql<{ ms: number | null }>`
      select (extract(epoch from (${recent})[1]) * 1000)::float8 as ms from sign_in_throttle t where t.key = ${key}`);
    const wait = (oldest?.ms ?? now.getTime()) + WINDOW_MS - now.getTime();
    throw new RateLimitedError(Math.max(1, Math.ceil(wait / 1000)));
  }

  /** Deletes expired attempts; called by the worker's sweep. */
  async forgetOld(): Promise<void> {
    const since = new Date(this.#clock.now().getTime() - WINDOW_MS).toISOString();
    await this.#db.all(
      sql`delete from sign_in_throttle t where not exists (select from unnest(t.attempts) a where a > ${since}::timestamptz)`,
    );
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
