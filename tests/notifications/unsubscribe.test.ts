import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadSigningKeys } from '../../src/accounts/sessions/signing-keys.js';
import { NotificationKind } from '../../src/notifications/notification.entity.js';
import { UnsubscribeTokens } from '../../src/notifications/unsubscribe-tokens.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { createTicket, later, mailsTo, notificationsOf, updateSettings } from './actions.js';

const ONE_CLICK = { 'content-type': 'application/x-www-form-urlencoded' };
const USER_ID = '0190c6d1-0000-7000-8000-000000000000';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
});
afterAll(async () => server.stop());

/** What somebody's mail about an assignment has as its link, on the test's server. */
async function linkInMail(): Promise<{ person: Person; link: string; mail: ReturnType<typeof mailsTo>[number] }> {
  const [creator, person] = [await buildPerson(server), await buildPerson(server)];
  await createTicket(creator, { assignedTo: { id: person.id } });
  await later(server, { minutes: 12 });
  const [mail] = mailsTo(server, person);
  const header = mail?.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
  if (mail === undefined) throw new Error('There is no mail');
  return { person, mail, link: header.replace(/^<https:\/\/docket\.example(.*)>$/, `${server.url}$1`) };
}

const wantsAssignments = async (person: Person) => (await updateSettings(person, {})).settings.assignmentEmails;

describe('the link in a mail', () => {
  test('stands in the headers for mail programs and in both parts for people', async () => {
    const { mail, link } = await linkInMail();
    const path = new URL(link).pathname;
    expect(mail.headers).toContainEqual(
      expect.objectContaining({ key: 'list-unsubscribe-post', value: 'List-Unsubscribe=One-Click' }),
    );
    expect(mail.text).toContain(`https://docket.example${path}`);
    expect(mail.html).toContain(`https://docket.example${path}`);
  });

  test('shows a page with a button when it is followed, and changes nothing', async () => {
    const { person, link } = await linkInMail();
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(link, { method });
      expect(response.status).toBe(200);
      expect(response.headers.get('set-cookie')).toBeNull();
    }
    expect(await (await fetch(link)).text()).toContain('<button type="submit">Unsubscribe</button>');
    expect(await wantsAssignments(person)).toBe(true);
  });

  test('unsubscribes by one POST without sign-in, as often as it is sent', async () => {
    const { person, link } = await linkInMail();
    const creator = await buildPerson(server);
    await createTicket(creator, { assignedTo: { id: person.id } });
    for (let i = 0; i < 2; i += 1) {
      const response = await fetch(link, { method: 'POST', headers: ONE_CLICK, body: 'List-Unsubscribe=One-Click' });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('You are unsubscribed');
    }
    expect((await updateSettings(person, {})).settings).toMatchObject({
      assignmentEmails: false,
      updateEmails: true,
      digestEmails: true,
    });
    expect(await notificationsOf(person, { kind: ['ASSIGNED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'UNSUBSCRIBED' },
      { status: 'SENT' },
    ]);
  });

  test('takes a form of the other encoding, as RFC 8058 lets mail programs send it', async () => {
    const { person, link } = await linkInMail();
    const body = new FormData();
    body.set('List-Unsubscribe', 'One-Click');
    expect((await fetch(link, { method: 'POST', body })).status).toBe(200);
    expect(await wantsAssignments(person)).toBe(false);
  });

  test.each(['GET', 'POST'])('that is forged leads by %s to a page that says so', async (method) => {
    const { person, link } = await linkInMail();
    const at = link.length - 10;
    const forged = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`;
    for (const bad of [forged, link.slice(0, -1), `${server.url}/unsubscribe/x`, `${link}AAAA`]) {
      const response = await fetch(bad, { method });
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('This link is not valid');
    }
    expect(await wantsAssignments(person)).toBe(true);
  });

  test('of a deleted user leads to a page that says so', async () => {
    const { person, link } = await linkInMail();
    const em = server.app.orm.em.fork();
    await em.execute('update "user" set deleted_at = now() where id = ?', [person.id]);
    const response = await fetch(link, { method: 'POST', headers: ONE_CLICK, body: 'List-Unsubscribe=One-Click' });
    expect(response.status).toBe(410);
    expect(await response.text()).toContain('This account no longer exists');
    expect(await em.execute('select assignment_emails from "user" where id = ?', [person.id])).toEqual([
      { assignment_emails: true },
    ]);
  });

  test('takes no large body', async () => {
    const { link } = await linkInMail();
    const response = await fetch(link, { method: 'POST', headers: ONE_CLICK, body: 'x'.repeat(10_000) });
    expect(response.status).toBe(413);
  });
});

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const tokensOf = async (...keys: object[]) =>
  new UnsubscribeTokens((await loadSigningKeys(JSON.stringify(keys), '')).derive('test'));

describe('an unsubscribe token', () => {
  test('is read on every instance with the same keys, and as long as its key is listed', async () => {
    const [older, newer] = [newKey(), newKey()];
    const token = (await tokensOf(older)).make({ kind: NotificationKind.DIGEST, userId: USER_ID });
    expect((await tokensOf(older)).read(token)).toEqual({ kind: NotificationKind.DIGEST, userId: USER_ID });
    expect((await tokensOf(newer, older)).read(token)).toEqual({ kind: NotificationKind.DIGEST, userId: USER_ID });
    expect((await tokensOf(newer)).read(token)).toBeNull();
  });

  test('is refused with any bit changed', async () => {
    const tokens = await tokensOf(newKey());
    const bytes = Buffer.from(tokens.make({ kind: NotificationKind.UPDATED, userId: USER_ID }), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(tokens.read(changed.toString('base64url'))).toBeNull();
    }
  });
});
