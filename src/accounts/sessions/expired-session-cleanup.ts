import { sql } from 'kysely';
import { type Clock } from '../../common/clock.js';
import { type Db } from '../../database/db.js';

const DAY_MS = 86_400_000;
/** How long after its end something can still be looked into, by an administrator or after a theft. */
export const ENDED_KEPT_DAYS = 30;
/** Rows in one statement: nobody who signs in meanwhile waits for longer than those take. */
const BATCH = 500;

/**
 * Removes what signing in leaves behind. Used refresh tokens stay as long as their session lives, however old they are:
 * seeing one again ends it.
 */
export class ExpiredSessionCleanup {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Gives how many rows went. Ends early once aborted; the next time goes on. */
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

  /** One whose token somebody is just trying stays for the next time. */
  async #removeSessions(ids: readonly string[]): Promise<number> {
    const removed = await this.#db.all(sql`
      delete from session s
      where id = any(${ids}::uuid[]) and not exists (select from token t where t.session_id = s.id) returning id`);
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
