import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { connect } from '../../src/app/orm.js';

test('a pool whose URL leaves TLS to the server signs in with its password', async () => {
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? '');
  url.searchParams.set('sslmode', 'prefer');
  expect(url.password).not.toBe('');
  const orm = await connect(url.href);
  try {
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(orm.em.getKysely());
    expect(rows).toEqual([{ one: 1 }]);
  } finally {
    await orm.close(true);
  }
});
