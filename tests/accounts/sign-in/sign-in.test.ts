import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hash } from 'argon2';
import { sql } from 'kysely';
import { faults, succeed } from '../../support/calls.js';
import { select } from '../../support/database-state.js';
import { buildPerson, buildTicket, PASSWORD, type Person } from '../../support/factories.js';
import { expectRefused } from '../../support/refusals.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken user { id email } userErrors { code message field } }
}`;

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server, { username: 'Grace.Hopper', email: 'Grace@docket.example' });
});
afterAll(async () => server.stop());

describe('signing in', () => {
  test.each([
    'Grace.Hopper',
    'grace.hopper',
    'Grace@docket.example',
    'GRACE@DOCKET.EXAMPLE',
    ' Grace.Hopper\u00a0',
    'Grace@docket.example ',
  ])('takes %j, and shows the person their own address', async (login) => {
    const { signIn } = await server.anonymous.query(SIGN_IN, { input: { login, password: PASSWORD } });
    expect(signIn).toMatchObject({ user: { id: person.id, email: 'Grace@docket.example' }, userErrors: [] });
  });

  test("shows what else the answer holds with the eyes of whoever signed in, whoever's token was sent", async () => {
    await buildTicket(server, { createdBy: person });
    const other = await buildPerson(server, { role: { canViewAll: false } });
    const query = `mutation ($input: SignInInput!) { signIn(input: $input) { user { createdTickets { totalCount } } } }`;
    for (const client of [server.anonymous, other.client]) {
      const { signIn } = await client.query(query, { input: { login: person.username, password: PASSWORD } });
      expect(signIn.user.createdTickets.totalCount).toBe(1);
    }
  });

  test('tells a wrong name and a wrong password in the same bytes, and opens no session', async () => {
    const answers = [];
    for (const input of [
      { login: 'nobody-at-all', password: PASSWORD },
      { login: 'Grace.Hopper', password: `${PASSWORD}!` },
      { login: 'Grace.Hopper', password: '' },
      { login: '', password: PASSWORD },
      { login: 'grace\0', password: PASSWORD },
      { login: '\ud800', password: '\udfff\0' },
    ]) {
      answers.push(await expectRefused(server, server.anonymous, { mutation: SIGN_IN, input }, 'INVALID_CREDENTIALS'));
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test('takes a password in whichever form a keyboard writes its characters', async () => {
    const [composed, decomposed] = ['Grüße, Zoë! ½', 'Grüße, Zoë! ½'].map((text, index) =>
      text.normalize(index === 0 ? 'NFC' : 'NFD'),
    );
    expect(composed).not.toBe(decomposed);
    for (const [index, password] of [composed, decomposed].entries()) {
      const account = { username: `zoe${index}`, email: `zoe${index}@docket.example`, firstName: 'Zoë', password };
      await succeed(server.anonymous, 'signUp', account);
      for (const typed of [composed, decomposed]) {
        await succeed(server.anonymous, 'signIn', { login: account.username, password: typed });
      }
    }
  });

  test('takes a password whose hash is from before passwords were normalised, as it was typed then', async () => {
    const { username, id } = await buildPerson(server);
    const old = 'Grüße, Zoë! ½'.normalize('NFD');
    await select(server, sql`update "user" set password_hash = ${await hash(old)} where id = ${id}`);
    await succeed(server.anonymous, 'signIn', { login: username, password: old });
    expect(await faults(server.anonymous, 'signIn', { login: username, password: `${old}!` })).toEqual([
      'INVALID_CREDENTIALS',
    ]);
  });

  test('refuses a deleted account', async () => {
    const { id, username } = await buildPerson(server);
    await select(server, sql`update "user" set deleted_at = now() where id = ${id}`);
    const input = { login: username, password: PASSWORD };
    await expectRefused(server, server.anonymous, { mutation: SIGN_IN, input }, 'INVALID_CREDENTIALS');
  });
});
