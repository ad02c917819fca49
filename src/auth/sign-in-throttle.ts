import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Clock } from '../clock.js';
import { type Rows } from '../database/rows.js';
import { rateLimited } from '../graphql/errors.js';

/** hardening.md, "Signing in": at most ten hashes an account in ten minutes, from however many addresses. */
const MOST_ATTEMPTS = 10;
const WINDOW_MS = 600_000;

/**
 * Counts password attempts in PostgreSQL, so that it holds over all instances. A right password gives its attempt back:
 * only failures use up the allowance, and nobody's signing in renews an attacker's.
 */
export class SignInThrottle {
  readonly #rows: Rows;
  readonly #clock: Clock;

  constructor(rows: Rows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /**
   * Takes one attempt. Gives the function that gives it back.
   * @param account its id, or the login as written when there is no such account: both are limited alike
   * @throws RATE_LIMITED with retryAfterSeconds when none is left
   */
  async take(account: string): Promise<() => Promise<void>> {
    const key = createHash('sha256').update(account.toLowerCase()).digest('base64url');
    const now = this.#clock.now();
    const recent = sql`array(select a from unnest(t.attempts) a where a > ${new Date(now.getTime() - WINDOW_MS).toISOString()}::timestamptz order by a)`;
    const instant = sql`${now.toISOString()}::timestamptz`;
    // One statement: PostgreSQL's lock on the row makes attempts at the same moment count one after the other. One that is
    // refused makes no hash, so it is not counted: trying on does not make the wait longer.
    const taken = await this.#rows.all(sql`
      insert into sign_in_throttle as t (key, attempts) values (${key}, array[${instant}])
      on conflict (key) do update set attempts = ${recent} || ${instant}
        where cardinality(${recent}) < ${sql.lit(MOST_ATTEMPTS)}
      returning key`);
    if (taken.length === 0) {
      const oldest = await this.#rows.first(sql<{ ms: number | null }>`
        select (extract(epoch from (${recent})[1]) * 1000)::float8 as ms from sign_in_throttle t where t.key = ${key}`);
      const wait = (oldest?.ms ?? now.getTime()) + WINDOW_MS - now.getTime();
      throw rateLimited(Math.max(1, Math.ceil(wait / 1000)));
    }
    return async () => {
      await this.#rows.all(sql`
        update sign_in_throttle t set attempts = t.attempts[1:cardinality(t.attempts) - 1] where t.key = ${key}`);
    };
  }

  /** Forgets attempts that no longer count; the worker's sweep calls it. */
  async forgetOld(): Promise<void> {
    const since = new Date(this.#clock.now().getTime() - WINDOW_MS).toISOString();
    await this.#rows.all(
      sql`delete from sign_in_throttle t where not exists (select from unnest(t.attempts) a where a > ${since}::timestamptz)`,
    );
  }
}
