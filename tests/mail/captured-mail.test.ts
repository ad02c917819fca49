import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { systemClock } from '../../src/common/clock.js';
import { createCaptureMailer } from '../../src/mail/capture-mailer.js';
import { capturedMailRoutes } from '../../src/mail/captured-mail.routes.js';

describe('the pages of captured mail', () => {
  let parent: string;
  let directory: string;
  let app: FastifyInstance;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'docket-mail-'));
    directory = join(parent, 'mail');
    app = Fastify();
    await app.register(capturedMailRoutes, { directory, publicHost: 'docket.example' });
  });

  afterEach(async () => {
    await app.close();
    await rm(parent, { recursive: true });
  });

  /** Captures a mail and gives its path. */
  async function capture({
    minute,
    subject = 'Printer on fire',
    html = '<p>It burns</p>',
  }: {
    minute: number;
    subject?: string;
    html?: string;
  }): Promise<string> {
    const at = `2026-11-21T09:${minute}:00.000Z`;
    const mailer = createCaptureMailer({
      directory,
      from: 'Docket <d@docket.example>',
      clock: { now: () => new Date(at) },
    });
    await mailer.send({
      messageId: `n-${minute}@docket.example`,
      to: { name: 'Ada <b>', address: 'ada@example.com' },
      subject,
      text: 'It <burns>',
      html,
    });
    return `/mail/2026-11-21T09-${minute}-00.000Z-n-${minute}@docket.example.eml`;
  }

  test('say when mails will appear while there are none', async () => {
    const response = await app.inject('/mail');
    expect(response.statusCode).toBe(200);
    expect(response.body).toContain('ASSIGN_REPORT_SCHEDULE');
  });

  test('list mails newest first with time, recipient and subject', async () => {
    await capture({ minute: 11, subject: 'First' });
    await capture({ minute: 12, subject: 'Second <i>' });

    const { body } = await app.inject('/mail');
    expect(body.indexOf('Second &lt;i&gt;')).toBeLessThan(body.indexOf('First'));
    expect(body.indexOf('Second &lt;i&gt;')).toBeGreaterThan(0);
    expect(body).toContain('2026-11-21 09:12:00 UTC');
    expect(body).toContain('Ada &lt;b&gt; &lt;ada@example.com&gt;');
  });

  test('list no file that is not a captured mail', async () => {
    await capture({ minute: 11 });
    await writeFile(join(directory, '2026-11-21T09-11-00.000Z-x.eml.123.tmp'), 'half');
    await writeFile(join(directory, 'notes.eml'), 'Subject: notes');

    const { body } = await app.inject('/mail');
    expect(body).toContain('One mail');
    expect((await app.inject('/mail/notes.eml')).statusCode).toBe(404);
  });

  test('show one mail with its headers, its text and its HTML in a frame without scripts', async () => {
    const path = await capture({ minute: 11 });

    const { body, statusCode } = await app.inject(path);
    expect(statusCode).toBe(200);
    expect(body).toContain('Docket &lt;d@docket.example&gt;');
    expect(body).toContain('Sat, 21 Nov 2026 09:11:00 +0000');
    expect(body).toContain('&lt;n-11@docket.example&gt;');
    expect(body).toContain('It &lt;burns&gt;');
    expect(body).toMatch(/<iframe[^>]+sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    expect(body).not.toContain('<p>It burns</p>');
  });

  test('show a mail whatever the length of its id', async () => {
    const mailer = createCaptureMailer({ directory, from: 'd@docket.example', clock: systemClock });
    const messageId = `019aa4c2-7a51-7c3e-8f6e-0d6c1f2b3a4d@${'long.'.repeat(40)}example`;
    await mailer.send({ messageId, to: { name: '', address: 'a@example.com' }, subject: 'x', text: 'x', html: 'x' });

    const link = /<a href="([^"]+)"/.exec((await app.inject('/mail')).body)?.[1] ?? '';
    expect((await app.inject(link)).body).toContain(messageId);
  });

  test('give the HTML part under a policy that lets it run and fetch nothing', async () => {
    const path = await capture({ minute: 11, html: '<p>It burns</p><script>alert(1)</script>' });

    const response = await app.inject(`${path}/html`);
    expect(response.body).toContain('<p>It burns</p>');
    expect(response.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
    );
    expect(response.headers['content-security-policy']).toMatch(/; sandbox (?!.*allow-scripts)/);
  });

  test('are shown to browsers on this machine under its own names only, as pages elsewhere can take its address', async () => {
    for (const host of ['localhost:4000', '127.0.0.1', '[::1]:4000', 'docket.example']) {
      expect((await app.inject({ url: '/mail', headers: { host } })).statusCode).toBe(200);
    }
    const path = await capture({ minute: 11 });
    for (const url of ['/mail', path, `${path}/html`, `${path}/raw`]) {
      const { statusCode, body } = await app.inject({ url, headers: { host: 'rebound.example:4000' } });
      expect([statusCode, body]).toEqual([403, expect.not.stringContaining('burns')]);
    }
    const fromElsewhere = { url: '/mail', headers: { host: 'desk.lan' }, remoteAddress: '192.0.2.7' };
    expect((await app.inject(fromElsewhere)).statusCode).toBe(200);
  });

  test('give the message itself as a download', async () => {
    const response = await app.inject(`${await capture({ minute: 11 })}/raw`);
    expect(response.headers['content-type']).toBe('message/rfc822');
    expect(response.headers['content-disposition']).toBe(
      'attachment; filename="2026-11-21T09-11-00.000Z-n-11@docket.example.eml"',
    );
    expect(response.body).toContain('Message-ID: <n-11@docket.example>');
  });

  test.each(['/mail', '/mail/unknown.eml'])('allow no script and no foreign content at %s', async (path) => {
    const { headers } = await app.inject(path);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; (?!.*script-src)/);
  });

  test.each([
    'unknown.eml',
    '..%2Fsecret.eml',
    '%2e%2e%2fsecret.eml',
    '..%5Csecret.eml',
    '2026-11-21T09-11-00.000Z-..%2F..%2Fsecret.eml',
    '%00.eml',
  ])('answer 404 for %s', async (file) => {
    await capture({ minute: 11 });
    await writeFile(join(parent, 'secret.eml'), 'Subject: secret');
    for (const part of ['', '/html', '/raw']) {
      const response = await app.inject(`/mail/${file}${part}`);
      expect(response.statusCode).toBe(404);
      expect(response.body).toContain('There is no such mail');
    }
  });
});
