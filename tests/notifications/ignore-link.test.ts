import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { loadSigningKeys } from '../../src/accounts/sessions/signing-keys.js';
import { IgnoreTokens } from '../../src/notifications/ignore-tokens.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, notificationsOf, updateTicket } from './actions.js';

const NOT_VALID = [404, expect.stringContaining('This link is not valid')];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
});
afterAll(async () => server.stop());

/** What somebody's mail about an assignment has as its link, on the test's server. */
async function linkInMail() {
  const [creator, person] = [await buildPerson(server), await buildPerson(server, { role: {} })];
  const { id, number } = await createTicket(creator, { assignedTo: { id: person.id } });
  await later(server, { minutes: 12 });
  const [mail] = mailsTo(server, person);
  const [, link = ''] = /^Ignore ticket #\d+: (\S+)$/m.exec(mail?.text ?? '') ?? [];
  expect(mail?.html).toContain(`href="${link}"`);
  return { creator, person, id, number, link: link.replace('https://docket.example', server.url) };
}

async function open(link: string, method = 'GET'): Promise<[status: number, body: string]> {
  const response = await fetch(link, { method });
  return [response.status, await response.text()];
}

async function watchState({ id: userId }: Person, ticketId: string): Promise<string> {
  const em = server.app.orm.em.fork();
  const [row] = await em.execute('select state from ticket_watch where ticket_id = ? and user_id = ?', [
    ticketId,
    userId,
  ]);
  return row?.state ?? 'DEFAULT';
}

describe('the link to ignore a ticket', () => {
  test('shows a page with a button when it is followed, and changes nothing', async () => {
    const { person, id, number, link } = await linkInMail();
    for (const method of ['HEAD', 'GET']) expect((await open(link, method))[0]).toBe(200);
    const [, body] = await open(link);
    expect(body).toContain(`Ignore ticket #${number}?`);
    expect(body).toContain('<form method="post"><button type="submit">Ignore the ticket</button></form>');
    expect(body).not.toContain('Printer on fire');
    expect(await watchState(person, id)).toBe('DEFAULT');
  });

  test('ignores the ticket by one POST without sign-in, as often as it is sent, and stops mails that wait', async () => {
    const { creator, person, id, number, link } = await linkInMail();
    await comment(creator, id, 'Please hurry.');
    await updateTicket(creator, { id, status: 'ON_HOLD' });
    for (let i = 0; i < 2; i += 1) {
      expect(await open(link, 'POST')).toEqual([200, expect.stringContaining(`You ignore ticket #${number}`)]);
    }
    const waiting = await notificationsOf(person, { status: ['SCHEDULED'] });
    expect(waiting.filter(({ ticket }: { ticket: { id: string } | null }) => ticket?.id === id)).toEqual([]);
    expect(await watchState(person, id)).toBe('IGNORED');
    await later(server, { minutes: 30 });
    expect(mailsTo(server, person)).toHaveLength(1);
  });

  test('is for its person and its ticket alone', async () => {
    const { creator, person, id, link } = await linkInMail();
    const other = await createTicket(creator, { assignedTo: { id: person.id } });
    await open(link, 'POST');
    expect(await watchState(creator, id)).toBe('DEFAULT');
    expect(await watchState(person, other.id)).toBe('DEFAULT');
  });

  test.each(['GET', 'POST'])('that is forged leads by %s to a page that says so', async (method) => {
    const { person, id, link } = await linkInMail();
    const at = link.length - 10;
    const forged = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`;
    for (const bad of [forged, link.slice(0, -1), `${server.url}/ignore/x`, `${link}AAAA`]) {
      expect(await open(bad, method)).toEqual(NOT_VALID);
    }
    expect(await watchState(person, id)).toBe('DEFAULT');
  });

  test('tells nothing of a ticket that its person may no longer see, or that is deleted', async () => {
    const { creator, person, id, number, link } = await linkInMail();
    await updateTicket(creator, { id, assignedTo: null });
    const [, forged] = await open(`${server.url}/ignore/x`);
    for (const method of ['GET', 'POST']) {
      const [status, body] = await open(link, method);
      expect([status, body]).toEqual([404, forged]);
      expect(body).not.toContain(`#${number}`);
    }
    await updateTicket(creator, { id, assignedTo: { id: person.id } });
    expect(await watchState(person, id)).toBe('DEFAULT');

    const admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
    await admin.client.query(
      'mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { userErrors { code } } }',
      { input: { id } },
    );
    for (const method of ['GET', 'POST']) expect(await open(link, method)).toEqual(NOT_VALID);
  });

  test('of a deleted user does nothing', async () => {
    const { person, id, link } = await linkInMail();
    const em = server.app.orm.em.fork();
    await em.execute('update "user" set deleted_at = now() where id = ?', [person.id]);
    for (const method of ['GET', 'POST']) expect(await open(link, method)).toEqual(NOT_VALID);
    expect(await em.execute('select from ticket_watch where ticket_id = ?', [id])).toEqual([]);
  });

  test('is not in a mail about several tickets', async () => {
    const [creator, person] = [await buildPerson(server), await buildPerson(server)];
    for (let i = 0; i < 22; i += 1) await createTicket(creator, { assignedTo: { id: person.id } });
    await later(server, { minutes: 12 });
    await later(server, { minutes: 60 });
    const several = mailsTo(server, person).at(-1);
    expect(several?.subject).toMatch(/^2 tickets/);
    expect(several?.text).not.toContain('/ignore/');
  });

  test('takes no large body', async () => {
    const { link } = await linkInMail();
    expect((await fetch(link, { method: 'POST', body: 'x'.repeat(10_000) })).status).toBe(413);
  });

  test('does not work as a link to unsubscribe, nor the other way round', async () => {
    const { person } = await linkInMail();
    const text = mailsTo(server, person)[0]?.text ?? '';
    const [unsubscribe = '', ignore = ''] = ['unsubscribe', 'ignore'].map(
      (path) => new RegExp(`/${path}/(\\S+)`).exec(text)?.[1],
    );
    expect((await open(`${server.url}/unsubscribe/${ignore}`))[0]).toBe(404);
    expect((await open(`${server.url}/ignore/${unsubscribe}`))[0]).toBe(404);
  });
});

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const tokensOf = async (...keys: object[]) =>
  new IgnoreTokens((await loadSigningKeys(JSON.stringify(keys), '')).derive('test'));

test('an ignore token is read as long as its key is listed, and refused with any bit changed', async () => {
  const [older, newer] = [newKey(), newKey()];
  const { id: ticketId } = await buildTicket(server);
  const { id: userId } = await buildPerson(server);
  const token = (await tokensOf(older)).make({ userId, ticketId });
  expect((await tokensOf(newer, older)).read(token)).toEqual({ userId, ticketId });
  expect((await tokensOf(newer)).read(token)).toBeNull();
  const bytes = Buffer.from(token, 'base64url');
  const tokens = await tokensOf(older);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(tokens.read(changed.toString('base64url'))).toBeNull();
  }
});
