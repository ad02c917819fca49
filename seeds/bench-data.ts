// Fills the database of DATABASE_URL with help-desk content for measurements: the same every time, text from a word
// list in which few words are common and most are rare. It migrates the database first, and refuses one with tickets.
// Run: DATABASE_URL=postgres://… npx tsx seeds/bench-data.ts --tickets 100000 --comments 300000 --users 1000
// Sign in as bench-admin, bench-tech, bench-user (sees all) or bench-own (sees their own only), with the password below.
import { parseArgs } from 'node:util';
import { hashPassword } from '../src/accounts/passwords/password.js';
import { migrate } from '../src/database/migrate.js';
import { connect } from '../src/app/orm.js';
import { seed } from './seed.js';

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

const sizes = {
  tickets: Number(values.tickets),
  comments: Number(values.comments),
  users: Number(values.users),
  texts: values.texts === undefined ? undefined : Number(values.texts),
};
await seed(databaseUrl, sizes, await hashPassword(PASSWORD), console.log);
console.log(`Done. Sign in as bench-admin, bench-tech, bench-user or bench-own with the password "${PASSWORD}".`);
