import { createHash } from 'node:crypto';
import { type ClientBase, escapeIdentifier } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { type ArchivedTable, type TableContents } from './archive-format.js';

export interface Table extends ArchivedTable {
  /** Rows in this order are the same text on every machine: the primary key, texts by their bytes. */
  readonly order: string;
}

/** Kept by the migrator; the archive names the migrations instead. */
const MIGRATIONS = 'migration';
/**
 * The log of changes is in no archive: its order is that of one server's transactions, and cursors of before a restore
 * must not be taken (docs/decisions/0150-change-log.md).
 */
const LEFT_OUT = [MIGRATIONS, 'ticket_change'];

/**
 * How PostgreSQL writes values as text, whatever the server's and the role's settings are; and no limit on time.
 * @see https://www.postgresql.org/docs/18/app-pgdump.html sets the same
 */
export const SESSION = `set client_encoding = 'UTF8'; set datestyle = 'ISO'; set intervalstyle = 'postgres';
  set timezone = 'UTC'; set bytea_output = 'hex'; set extra_float_digits = 3; set statement_timeout = 0;
  set lock_timeout = 0; set idle_in_transaction_session_timeout = 0`;

/** Every table of the schema but those of extensions, the derived ones too: copying them is faster than making them. */
export async function tablesOf(client: ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select c.relname as name,
       array(select a.attname::text from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
         order by a.attnum) as columns,
       coalesce((
         select string_agg(quote_ident(a.attname) || case when a.attcollation <> 0 then ' collate "C"' else '' end, ', '
           order by key.place)
         from pg_index i, unnest(i.indkey::int2[]) with ordinality key (attnum, place), pg_attribute a
         where i.indrelid = c.oid and i.indisprimary and key.place <= i.indnkeyatts
           and a.attrelid = c.oid and a.attnum = key.attnum), 't::text collate "C"') as "order"
     from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> all ($1)
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by c.relname`,
    [LEFT_OUT],
  );
  return rows;
}

export async function migrationsOf(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ found: boolean }>(`select to_regclass($1) is not null as found`, [MIGRATIONS]);
  if (rows[0]?.found !== true) return [];
  const executed = await client.query<{ name: string }>(`select name from ${MIGRATIONS} order by id`);
  return executed.rows.map(({ name }) => name);
}

const columnList = ({ columns }: ArchivedTable) => columns.map(escapeIdentifier).join(', ');

/** What comes after COPY to put rows into the table. */
export function target(table: ArchivedTable): string {
  return `${escapeIdentifier(table.name)} (${columnList(table)})`;
}

/** A table's rows as text; what they were is known once they have been read to the end. */
export function readTable(
  client: ClientBase,
  table: Table,
): { rows: AsyncIterable<Buffer>; contents: () => Promise<TableContents> } {
  const seen = new Fingerprint();
  const statement = `copy (select ${columnList(table)} from ${escapeIdentifier(table.name)} t order by ${table.order}) to stdout`;
  const copy = client.query(copyTo(statement));
  return {
    rows: seen.watch(copy),
    async contents() {
      // PostgreSQL tells the count after the last row, and before it answers the next statement.
      await client.query('select 1');
      return { rows: copy.rowCount, ...seen.result() };
    },
  };
}

/** Length and SHA-256 of what passes by. */
export class Fingerprint {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  async *watch(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    for await (const chunk of stream) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
      yield chunk;
    }
  }

  result(): { bytes: number; sha256: string } {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
