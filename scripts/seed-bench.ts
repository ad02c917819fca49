// Fills the database of DATABASE_URL with help-desk content for measurements: the same every time, text from a word
// list in which few words are common and most are rare. It migrates the database first, and refuses one with tickets.
// Run: DATABASE_URL=postgres://… npx tsx scripts/seed-bench.ts --tickets 100000 --comments 300000 --users 1000
// Sign in as bench-admin, bench-tech, bench-user (sees all) or bench-own (sees their own only), with the password below.
import { Client } from 'pg';
import { parseArgs } from 'node:util';
import { hashPassword } from '../src/auth/password.js';
import { migrate } from '../src/database/migrate.js';
import { connect } from '../src/database/orm.js';
import { SEED_STATEMENTS } from './seed-bench.sql.js';

const PASSWORD = 'bench correct horse';

const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '100000' },
    comments: { type: 'string', default: '300000' },
    users: { type: 'string', default: '1000' },
    // So many different texts; beyond, they begin again: a million tickets are there in minutes.
    texts: { type: 'string' },
  },
});
const databaseUrl = process.env['DATABASE_URL'];
if (databaseUrl === undefined) throw new Error('Set DATABASE_URL to the database to fill.');

const orm = await connect(databaseUrl);
await migrate(orm);
await orm.close(true);

const client = new Client({ connectionString: databaseUrl });
await client.connect();
try {
  const { rows } = await client.query('select count(*)::int as count from ticket');
  if (rows[0]?.count > 0) throw new Error('The database has tickets already. Give it an empty one.');
  const parameters = {
    tickets: Number(values.tickets),
    comments: Number(values.comments),
    users: Number(values.users),
    texts: Number(values.texts ?? Math.max(Number(values.tickets), Number(values.comments))),
    password: await hashPassword(PASSWORD),
  };
  await client.query('begin');
  for (const [name, value] of Object.entries(parameters)) {
    await client.query(`select set_config($1, $2, true)`, [`seed.${name}`, String(value)]);
  }
  for (const [what, statement] of SEED_STATEMENTS) {
    const started = performance.now();
    await client.query(statement);
    console.log(`${what}: ${Math.round(performance.now() - started)} ms`);
  }
  await client.query('commit');
  await client.query('vacuum analyze');
  console.log(`Done. Sign in as bench-admin, bench-tech, bench-user or bench-own with the password "${PASSWORD}".`);
} finally {
  await client.end();
}
