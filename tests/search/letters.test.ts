import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { connect } from '../../src/app/orm.js';
import { databaseUrl, onServer } from '../support/test-database.js';

const postgres = process.env['TEST_DATABASE_URL'] ?? '';
const name = `docket_letters_${randomUUID().replaceAll('-', '')}`;
let client: Client;

/** A database whose own locale knows no letters but ASCII's. */
beforeAll(async () => {
  await onServer(
    postgres,
    `create database ${name} template template0 encoding 'UTF8' locale_provider libc lc_collate 'C' lc_ctype 'C'`,
  );
  const orm = await connect(databaseUrl(postgres, name));
  await migrate(orm);
  await orm.close(true);
  client = new Client({ connectionString: databaseUrl(postgres, name) });
  await client.connect();
}, 60_000);
afterAll(async () => {
  await client.end();
  await onServer(postgres, `drop database ${name} with (force)`);
});

test.each([
  ['ПРИНТЕР Ёлка', 'принтер елка'],
  ['ÉTÉ Ångström STRASSE Straße', 'ete angstrom strasse strasse'],
  ['ΣΟΦΌΣ σοφός', 'σοφοσ σοφοσ'],
  ['e\u0301te\u0301 ＡＢＣ ﾌﾟﾘﾝﾀ', 'ete abc プリンタ'],
  ['ԲԱՐԵՎ', 'բարեվ'],
])('%s is folded in a database whose locale is C', async (text, folded) => {
  const { rows } = await client.query('select search_letters($1) as letters', [text]);
  expect(rows).toEqual([{ letters: folded }]);
});

test.each([
  ["ERR_MAIL, o'brien: a/b (c) “d” — e…", 'err mail o brien a b c d e'],
  ['今天天气。很好', '今天天气 很好'],
  ['🖨️ fire 🔥', 'fire'],
])('the words of %s are separated as anywhere', async (text, words) => {
  const { rows } = await client.query("select btrim(regexp_replace(search_fold($1), ' +', ' ', 'g')) as words", [text]);
  expect(rows).toEqual([{ words }]);
});
