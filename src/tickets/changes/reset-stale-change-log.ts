import { sql } from 'kysely';
import { type MikroORM } from '@mikro-orm/postgresql';

/**
 * Begins the log of changes anew where it cannot go on: it is empty, or has entries of transactions that this server has
 * not had, after `pg_restore`. Cursors of before are CURSOR_INVALID then. To be called before changes are read.
 */
export async function resetStaleChangeLog(orm: MikroORM): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    const db = em.getKysely();
    await sql`
      delete from ticket_change where exists (
        select from ticket_change where horizon >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
      )`.execute(db);
    await sql`
      insert into ticket_change (ticket_id) select '00000000-0000-0000-0000-000000000000'
      where not exists (select from ticket_change)`.execute(db);
  });
}
