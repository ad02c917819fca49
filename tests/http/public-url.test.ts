import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readEnv } from '../../src/app/env.js';
import { systemClock } from '../../src/common/clock.js';
import { createCaptureMailer } from '../../src/mail/capture-mailer.js';
import { createTicket, later, mailsTo } from '../notifications/actions.js';
import { sendAccountMails } from '../support/account-mails.js';
import { buildPerson, PASSWORD, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { startStrippingProxy, type StrippingProxy } from '../support/stripping-proxy.js';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const NEW_PASSWORD = 'another horse battery';
const DAY_MINUTES = 24 * 60;

const linksIn = (page: string) => [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link);

async function open(url: string): Promise<{ status: number; url: string; type: string | null; body: string }> {
  const response = await fetch(url, { headers: BROWSER });
  return {
    status: response.status,
    url: response.url,
    type: response.headers.get('content-type'),
    body: await response.text(),
  };
}

/** The address that a mail's text gives behind a label. */
function linkIn(text: string | undefined, label: RegExp): string {
  const line = text?.split('\n').find((each) => label.test(each)) ?? '';
  const [link] = /https?:\S+$/.exec(line) ?? [];
  if (link === undefined) throw new Error(`No link in ${JSON.stringify(line)}`);
  return link;
}

describe('a server below a path that a proxy takes away', () => {
  let server: TestServer;
  let proxy: StrippingProxy;
  let directory: string;
  let [creator, person]: Person[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'docket-mails-'));
    proxy = await startStrippingProxy('/support', () => server.url);
    const { publicUrl } = readEnv({ PUBLIC_URL: `${proxy.url}/` });
    server = await startTestServer({ publicUrl, capturedMails: directory, accessTokenSeconds: 7 * 86_400 });
    [creator, person] = [await buildPerson(server), await buildPerson(server)];
  });
  afterAll(async () => {
    await proxy.close();
    await server.stop();
    await rm(directory, { recursive: true });
  });

  async function mailAbout(subject: RegExp) {
    if (!creator || !person) throw new Error('Nobody is there');
    const { number } = await createTicket(creator, { assignedTo: { id: person.id } });
    await later(server, { minutes: 12 });
    await later(server, { minutes: DAY_MINUTES });
    const mail = mailsTo(server, person).find((each) => subject.test(each.subject ?? ''));
    return { number, text: mail?.text, headers: new Map(mail?.headers.map(({ key, value }) => [key, value])) };
  }

  test('shows the explorer with all its files, at / too', async () => {
    for (const address of [`${proxy.url}/graphql`, `${proxy.url}/`, proxy.url]) {
      const page = await open(address);
      expect([page.status, page.url]).toEqual([200, `${proxy.url}/graphql`]);
      const files = linksIn(page.body).filter((link) => !link.startsWith('data:'));
      expect(files).toHaveLength(5);
      for (const file of files) expect((await open(new URL(file, page.url).href)).type).toMatch(/javascript|css/);
    }
  });

  test('opens the explorer on the ticket, and on the tickets, that a mail links to', async () => {
    const { number, text } = await mailAbout(/Printer on fire/);
    const link = linkIn(text, /^Open ticket/);
    expect(link).toBe(`${proxy.url}/tickets/${number}`);
    const ticket = await open(link);
    expect([ticket.status, ticket.url]).toEqual([200, expect.stringContaining(`${proxy.url}/graphql?query=`)]);

    const { text: digest } = await mailAbout(/Your tickets/);
    const list = await open(linkIn(digest, /^Open your tickets/));
    expect([list.status, list.url]).toEqual([200, expect.stringContaining(`${proxy.url}/graphql?query=`)]);
  });

  test('unsubscribes, from the page and by the mail program', async () => {
    const { text, headers } = await mailAbout(/Printer on fire/);
    const link = linkIn(text, /^Stop mails/);
    const page = await open(link);
    expect(page.body).toMatch(/<form method="post">/);
    expect(headers.get('list-unsubscribe')).toBe(`<${link}>`);
    const done = await fetch(page.url, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    });
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('You are unsubscribed')]);
  });

  test('sets a new password by the link in a mail', async () => {
    if (!person) throw new Error('Nobody is there');
    await server.anonymous.query(
      'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }',
      { input: { email: person.email } },
    );
    await sendAccountMails(server);
    const link = linkIn(mailsTo(server, person).at(-1)?.text, /^Set a new password:/);
    expect(link).toMatch(new RegExp(`^${proxy.url}/reset-password#token=`));
    const page = await open(link);
    const [script = ''] = linksIn(page.body);
    const { body } = await open(new URL(script, page.url).href);
    const [, api = ''] = /fetch\('([^']+)'/.exec(body) ?? [];
    const answer = await fetch(new URL(api, page.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query:
          'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { user { id } userErrors { code } } }',
        variables: { input: { token: new URL(link).hash.replace('#token=', ''), newPassword: NEW_PASSWORD } },
      }),
    });
    expect(await answer.json()).toEqual({ data: { resetPassword: { user: { id: person.id }, userErrors: [] } } });
    expect(NEW_PASSWORD).not.toBe(PASSWORD);
  });

  test('shows captured mails, each with its parts', async () => {
    const mailer = createCaptureMailer({ directory, from: 'docket@docket.example', clock: systemClock });
    const to = { name: 'Ada', address: 'ada@example.com' };
    await mailer.send({ messageId: 'a@docket.example', to, subject: 'Kept', text: 'Text', html: '<p>Part</p>' });
    const list = await open(`${proxy.url}/mail`);
    const [link = ''] = linksIn(list.body);
    const mail = await open(new URL(link, list.url).href);
    expect(mail.body).toContain('<h1>Kept</h1>');
    const [back = '', raw = '', part = ''] = linksIn(mail.body);
    expect((await open(new URL(back, mail.url).href)).url).toBe(`${proxy.url}/mail`);
    expect((await open(new URL(raw, mail.url).href)).type).toBe('message/rfc822');
    expect((await open(new URL(part, mail.url).href)).body).toContain('<p>Part</p>');
    for (const missing of ['/mail/x', '/mail/x/html', '/mail/x/raw']) {
      const page = await open(`${proxy.url}${missing}`);
      expect(page.status).toBe(404);
      expect(new URL(linksIn(page.body)[0] ?? '', page.url).href).toBe(`${proxy.url}/mail`);
    }
  });
});

describe('a front end beside the server', () => {
  const FRONT_END = 'https://desk.example/app';
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ frontEndUrl: FRONT_END, accessTokenSeconds: 7 * 86_400 });
  });
  afterAll(async () => server.stop());

  test('gets the links to tickets; those to unsubscribe and to set a password stay on the server', async () => {
    const [creator, person] = [await buildPerson(server), await buildPerson(server)];
    const { number } = await createTicket(creator, { assignedTo: { id: person.id } });
    await later(server, { minutes: 12 });
    await later(server, { minutes: DAY_MINUTES });
    await server.anonymous.query(
      'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }',
      { input: { email: person.email } },
    );
    await sendAccountMails(server);
    const [assigned, digest, reset] = mailsTo(server, person).map(({ text }) => text);
    expect(linkIn(assigned, /^Open ticket/)).toBe(`${FRONT_END}/tickets/${number}`);
    expect(linkIn(digest, /^Open your tickets/)).toBe(`${FRONT_END}/tickets`);
    expect(digest).toContain(`  ${FRONT_END}/tickets/${number}\n`);
    expect(linkIn(assigned, /^Stop/)).toMatch(/^https:\/\/docket\.example\/unsubscribe\//);
    expect(linkIn(digest, /^Stop/)).toMatch(/^https:\/\/docket\.example\/unsubscribe\//);
    expect(linkIn(reset, /^Set a new password:/)).toMatch(/^https:\/\/docket\.example\/reset-password#/);
  });

  test.each([
    ['/tickets/13', `${FRONT_END}/tickets/13`],
    ['/tickets', `${FRONT_END}/tickets`],
    ['/', FRONT_END],
  ])('is where %s leads', async (path, location) => {
    const response = await fetch(`${server.url}${path}`, { headers: BROWSER, redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, location]);
  });
});

test('a front end at the very address of the server is not redirected to for ever', async () => {
  const same = await startTestServer({ frontEndUrl: 'https://docket.example', publicUrl: 'https://docket.example' });
  try {
    for (const path of ['/tickets/13', '/tickets', '/']) {
      expect((await open(`${same.url}${path}`)).url).toMatch(new RegExp(`^${same.url}/graphql`));
    }
  } finally {
    await same.stop();
  }
});
