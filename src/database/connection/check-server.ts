import { type Client } from 'pg';
import { z } from 'zod';
import { StartError } from '../../common/start-error.js';
import { EXTENSIONS } from './session.js';

/** The first with everything that the migrations use. Most tests run on 18, some on 15. */
const OLDEST_VERSION = 14;

const found = z.object({
  version: z.number(),
  shown: z.string(),
  encoding: z.string(),
  name: z.string(),
  person: z.string(),
  quoted: z.object({ person: z.string(), copy: z.string() }),
  schema: z.string().nullable(),
  standby: z.boolean(),
  readOnly: z.boolean(),
  hidden: z.array(z.object({ extension: z.string(), schema: z.string() })),
});

const STATE = `select current_setting('server_version_num')::int / 10000 as version, current_setting('server_version') as shown,
  current_setting('server_encoding') as encoding, current_database() as name, current_user as person,
  json_build_object('person', quote_ident(current_user), 'copy', quote_ident(current_database() || '_utf8')) as quoted,
  current_schema() as schema, pg_is_in_recovery() as standby,
  current_setting('default_transaction_read_only')::boolean as "readOnly",
  coalesce((select json_agg(json_build_object('extension', extname, 'schema', quote_ident(nspname)))
    from pg_extension join pg_namespace n on n.oid = extnamespace
    where extname = any($1::text[]) and not has_schema_privilege(n.oid, 'usage')), '[]') as hidden`;

function faultOf(server: z.infer<typeof found>): string | undefined {
  const { version, shown, encoding, name, person, quoted, schema, standby, readOnly, hidden } = server;
  if (version < OLDEST_VERSION) return `This is PostgreSQL ${shown}. Docket needs ${OLDEST_VERSION} or later.`;
  if (encoding !== 'UTF8') {
    return (
      `The database "${name}" is in ${encoding}, and could not hold every text. Make one in UTF-8: ` +
      `create database ${quoted.copy} encoding 'UTF8' template template0`
    );
  }
  if (standby)
    return `This server is a replica. DATABASE_URL has to name the primary, DATABASE_REPLICA_URLS its replicas.`;
  if (readOnly) {
    return `The database "${name}" is read-only (default_transaction_read_only is on): somebody, or a full disk, has made it so.`;
  }
  if (schema !== 'public') {
    return `The database "${name}" has no schema "public", or the user "${person}" may not use it: create schema public authorization ${quoted.person}`;
  }
  const [first] = hidden;
  return (
    first &&
    `The user "${person}" may not use the schema of the extension ${first.extension}: grant usage on schema ${first.schema} to ${quoted.person}`
  );
}

/** @throws StartError when Docket cannot work on this database, saying what to do */
export async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query(STATE, [EXTENSIONS]);
  const fault = faultOf(found.parse(rows[0]));
  if (fault !== undefined) throw new StartError(`The database cannot be used. ${fault}`);
}
