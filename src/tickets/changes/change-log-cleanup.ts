import { sql } from 'kysely';
import { type Db } from '../../database/db.js';
import { CURSOR_DAYS } from './change-cursor.error.js';

/** A day longer than cursors can be used: a long transaction commits its entries long after it wrote them. */
export const ENTRIES_KEPT_DAYS = CURSOR_DAYS + 1;
/** Batch size: a batch takes some ten milliseconds. */
const BATCH = 5000;

/** Removes entries of the log of changes that no cursor needs any more. */
export class ChangeLogCleanup {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * Gives the number of removed entries. Keeps the newest of the old ones, which a cursor of today may name. By the
   * database's clock, as that is what entries have.
   */
  async remove(stopping?: AbortSignal): Promise<number> {
    let removed = 0;
    for (;;) {
      if (stopping?.aborted === true) return removed;
      const batch = await this.#db.all(sql`
        delete from ticket_change e using (
          select horizon, id, created_at, lead(created_at) over (order by horizon, id) as next_created_at from (
            select horizon, id, created_at from ticket_change order by horizon, id limit ${sql.lit(BATCH + 1)}
          ) oldest
        ) old
        where (e.horizon, e.id) = (old.horizon, old.id)
          and old.created_at < now() - make_interval(days => ${sql.lit(ENTRIES_KEPT_DAYS)})
          and old.next_created_at < now() - make_interval(days => ${sql.lit(ENTRIES_KEPT_DAYS)})
        returning e.id`);
      removed += batch.length;
      if (batch.length < BATCH) return removed;
    }
  }
}
