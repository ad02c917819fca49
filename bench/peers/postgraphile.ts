// PostGraphile 5, as its documentation sets it up for production: the Amber preset on node:http.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { addPgTableCondition } from 'postgraphile/utils';

/** Its documented way to filter by what is no column; ticketInsights is a function in the database. */
const SearchCondition = addPgTableCondition(
  { schemaName: 'public', tableName: 'ticket' },
  'search',
  ({ graphql }) => ({ type: graphql.GraphQLString }),
  (value, { sql, sqlTableAlias, sqlValueWithCodec, build }) =>
    sql`${sqlTableAlias}.search @@ websearch_to_tsquery('simple', ${sqlValueWithCodec(value, build.dataplanPg.TYPES.text)})`,
);

const server = createServer();
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [SearchCondition],
  // Otherwise only indexed columns can be filtered by: tickets and comments that are not deleted could not be asked for.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [
    makePgService({ connectionString: process.env['DATABASE_URL'], schemas: ['public'], poolConfig: { max: 16 } }),
  ],
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false },
});
const serv = instance.createServ(grafserv);
await serv.addTo(server);
server.listen(Number(process.env['PORT']), '127.0.0.1');
