import { type RawBuilder, sql } from 'kysely';
import { type TestServer } from './server.js';

/** Rows straight from the server's database. */
export async function select<Row>(server: TestServer, query: RawBuilder<Row>): Promise<Row[]> {
  const { rows } = await query.execute(server.app.orm.em.getKysely());
  return rows;
}

/**
 * How many rows each table holds and a digest of what is in them: two that are equal say that nothing was changed
 * between them. When a session was last used, and how often a password was tried, do not count.
 */
export async function databaseState(server: TestServer): Promise<Record<string, string>> {
  const tables = await select(
    server,
    sql<{
      name: string;
    }>`select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'sign_in_throttle'
      order by tablename`,
  );
  const digests = tables.map(
    ({ name }) => sql<{ name: string; state: string }>`
      select ${sql.lit(name)} as name, count(*) || ' ' || coalesce(md5(string_agg(content, ',' order by content)), '') as state
      from (select (to_jsonb(r) - 'last_used_at')::text as content from ${sql.table(name)} r) contents`,
  );
  const states = await select(server, sql<{ name: string; state: string }>`${sql.join(digests, sql` union all `)}`);
  return Object.fromEntries(states.map(({ name, state }) => [name, state]));
}
