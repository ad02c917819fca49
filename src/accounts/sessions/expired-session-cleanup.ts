import { sql } from 'kysely';
import { type Clock } from '../../common/clock.js';
import { type Db } from '../../database/db.js';

const DAY_MS = 86_400_000;
/** Retention after the end of a session, for investigations. */
export const ENDED_KEPT_DAYS = 30;
/** Batch size: concurrent sign-ins wait for one batch at most. */
const BATCH = 500;

/** Removes expired sessions and tokens. Used refresh tokens are kept as long as their session, as their reuse ends it. */
export class ExpiredSessionCleanup {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Gives the number of deleted rows. Ends early once aborted; the next run continues. */
  async remove(stopping?: AbortSignal): Promise<number> {
    const before = new Date(this.#clock.now().getTime() - ENDED_KEPT_DAYS * DAY_MS).toISOString();
    let removed = await this.#repeat(stopping, async () => this.#removeLinks(before));
    for (const table of ['password_reset_request', 'account_mail'] as const) {
      removed += await this.#repeat(stopping, async () => this.#removeHandled(table, before));
    }
    let last = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      if (stopping?.aborted === true) return removed;
      const ended = await this.#endedAfter(last, before);
      const ids = ended.map(({ id }) => id);
      last = ids.at(-1) ?? last;
      if (ids.length === 0) return removed;
      removed += await this.#repeat(stopping, async () => this.#removeTokensOf(ids));
      removed += await this.#removeSessions(ids);
    }
  }

  async #repeat(stopping: AbortSignal | undefined, removeBatch: () => Promise<number>): Promise<number> {
    let removed = 0;
    for (;;) {
      const batch = await removeBatch();
      removed += batch;
      if (batch < BATCH || stopping?.aborted === true) return removed;
    }
  }

  async #endedAfter(id: string, before: string): Promise<{ id: string }[]> {
    return this.#db.all(sql<{ id: string }>`
      select id from session
      where id > ${id} and (expires_at < ${before}::timestamptz or revoked_at < ${before}::timestamptz)
      order by id limit ${sql.lit(BATCH)}`);
  }

  async #removeTokensOf(sessionIds: readonly string[]): Promise<number> {
    const removed = await this.#db.all(sql`
      delete from token where id in (
        select id from token where session_id = any(${sessionIds}::uuid[]) limit ${sql.lit(BATCH)} for update skip locked
      ) returning id`);
    return removed.length;
  }

  /**
   * Keeps sessions that still have tokens: a concurrent request has locked them. Locks sessions before it deletes any, and skips
   * those that another worker deletes: two that delete in different orders would deadlock.
   */
  async #removeSessions(ids: readonly string[]): Promise<number> {
    const removed = await this.#db.all(sql`
      delete from session where id in (
        select id from session s
        where id = any(${ids}::uuid[]) and not exists (select from token t where t.session_id = s.id) for update skip locked
      ) returning id`);
    return removed.length;
  }

  /** Those in mails. */
  async #removeLinks(before: string): Promise<number> {
    const removed = await this.#db.all(sql`
      delete from token where id in (
        select id from token where kind <> 'REFRESH' and expires_at < ${before}::timestamptz
        limit ${sql.lit(BATCH)} for update skip locked
      ) returning id`);
    return removed.length;
  }

  async #removeHandled(table: 'password_reset_request' | 'account_mail', before: string): Promise<number> {
    const removed = await this.#db.all(sql`
      delete from ${sql.ref(table)} where id in (
        select id from ${sql.ref(table)} where handled_at < ${before}::timestamptz
        limit ${sql.lit(BATCH)} for update skip locked
      ) returning id`);
    return removed.length;
  }
}
