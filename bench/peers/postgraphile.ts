// PostGraphile 5, as its documentation sets it up for production: the Amber preset on node:http.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const server = createServer();
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
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
