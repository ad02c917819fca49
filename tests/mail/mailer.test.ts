import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import PostalMime, { type Email } from 'postal-mime';
import { createCaptureMailer } from '../../src/mail/capture-mailer.js';
import { MailRefusedError, type Mailer, type MailMessage } from '../../src/mail/mailer.js';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtp.js';

const FROM = 'Docket <docket@docket.example>';
const HOST = '127.0.0.1';

function buildMessage(overrides: Partial<MailMessage> = {}): MailMessage {
  return {
    messageId: 'notification-1@docket.example',
    to: { name: 'Ada Lovelace', address: 'ada@example.com' },
    subject: '[#13] Printer on fire',
    text: 'It burns.\n.\nQUIT\n',
    html: '<p>It burns. 🔥</p>',
    ...overrides,
  };
}

function headersOf(mail: Email): Record<string, string> {
  return Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
}

async function refusalOf(mailer: Mailer, message = buildMessage()): Promise<MailRefusedError> {
  try {
    await mailer.send(message);
  } catch (error) {
    if (error instanceof MailRefusedError) return error;
    throw error;
  }
  throw new Error('the mail was accepted');
}

describe('over SMTP', () => {
  let server: SmtpTestServer;
  let mailer: Mailer;

  beforeEach(async () => {
    server = await startSmtpServer();
    mailer = createSmtpMailer({ host: HOST, port: server.port, from: FROM });
  });

  afterEach(async () => {
    await mailer.close();
    await server.close();
  });

  test('a server that never ends its answer holds up a mail for a limited time', async () => {
    const trickling = createServer((socket) => {
      let writing: NodeJS.Timeout | undefined;
      let isData = false;
      socket.on('error', () => {});
      socket.on('close', () => clearInterval(writing));
      socket.write('220 test\r\n');
      socket.on('data', (data) => {
        const received = data.toString();
        if (!isData) socket.write(received.startsWith('DATA') ? '354 go on\r\n' : '250 ok\r\n');
        isData ||= received.startsWith('DATA');
        if (received.endsWith('\r\n.\r\n')) writing ??= setInterval(() => socket.write('250-more\r\n'), 50);
      });
    });
    await once(trickling.listen(0, HOST), 'listening');
    const address = trickling.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const timeouts = { connection: 1000, socket: 500, mail: 1500 };
    const impatient = createSmtpMailer({ host: HOST, port, from: FROM, timeouts });
    try {
      expect(await refusalOf(impatient)).toMatchObject({
        permanent: false,
        message: 'the mail server took too long for the mail',
      });
    } finally {
      await impatient.close();
      trickling.close();
    }
  });

  test('without STARTTLS nothing is said where TLS is required: no password, no mail', async () => {
    const said: string[] = [];
    const plain = createServer((socket) => {
      socket.write('220 plain.example ESMTP\r\n');
      socket.on('data', (data) => {
        said.push(...String(data).trim().split('\r\n'));
        socket.write(String(data).startsWith('EHLO') ? '250-plain.example\r\n250 AUTH PLAIN LOGIN\r\n' : '454 no\r\n');
      });
      socket.on('error', () => {});
    });
    await once(plain.listen(0, HOST), 'listening');
    const address = plain.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const strict = createSmtpMailer({
      host: HOST,
      port,
      user: 'docket',
      password: 'hunter2',
      requireTls: true,
      from: FROM,
    });
    try {
      const { message, permanent } = await refusalOf(strict);
      expect([message, permanent]).toEqual(['454 no', false]);
      expect(said.map((line) => line.split(' ')[0])).toEqual(['EHLO', 'STARTTLS']);
    } finally {
      await strict.close();
      plain.close();
    }
  });

  test('a mail arrives with both its parts and its Message-ID', async () => {
    await mailer.send(buildMessage());

    const [mail] = await server.waitForMails(1);
    expect(mail).toMatchObject({
      subject: '[#13] Printer on fire',
      from: { name: 'Docket', address: 'docket@docket.example' },
      to: [{ name: 'Ada Lovelace', address: 'ada@example.com' }],
      messageId: '<notification-1@docket.example>',
      envelopeFrom: 'docket@docket.example',
      envelopeTo: ['ada@example.com'],
    });
    expect(mail?.text?.trimEnd()).toBe('It burns.\n.\nQUIT');
    expect(mail?.html).toContain('It burns. 🔥');
  });

  test('a mail of a conversation names its root, and the one before it, which it then answers', async () => {
    const root = 'ticket.1@docket.example';
    await mailer.send(buildMessage({ thread: { root, previous: null } }));
    await mailer.send(buildMessage({ thread: { root, previous: 'notification-0@docket.example' } }));

    const [first, second] = await server.waitForMails(2);
    expect([first?.subject, second?.subject]).toEqual(['[#13] Printer on fire', 'Re: [#13] Printer on fire']);
    expect([first?.references, second?.references]).toEqual([`<${root}>`, `<${root}> <notification-0@docket.example>`]);
    expect([first?.inReplyTo, second?.inReplyTo]).toEqual([undefined, '<notification-0@docket.example>']);
  });

  test('a mail says that a machine wrote it, and carries the headers it was given', async () => {
    const listUnsubscribe = `<https://docket.example/unsubscribe/${'t'.repeat(120)}>`;
    await mailer.send(buildMessage({ headers: { 'List-Unsubscribe': listUnsubscribe, 'Auto-Submitted': 'no' } }));

    const [mail] = await server.waitForMails(1);
    expect(mail && headersOf(mail)).toMatchObject({
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'DR, RN, NRN, OOF, AutoReply',
      'list-unsubscribe': listUnsubscribe,
    });
  });

  test.each(['\r\n', '\n', '\r', '\r\n\r\n', '\u2028', '\0\n', '\u0085'])(
    'the line break %j adds no header, no recipient and no body',
    async (lineBreak) => {
      const attack = `x${lineBreak}Bcc: eve@example.com${lineBreak}X-Attack: yes`;
      await mailer.send(
        buildMessage({
          messageId: `notification-1@docket.example${attack}`,
          to: { name: attack, address: 'ada@example.com' },
          subject: attack,
          headers: { 'X-Ours': attack },
        }),
      );

      const [mail] = await server.waitForMails(1);
      expect(mail?.envelopeTo).toEqual(['ada@example.com']);
      expect(mail?.to).toEqual([{ name: 'x Bcc: eve@example.com X-Attack: yes', address: 'ada@example.com' }]);
      expect(mail?.subject).toBe('x Bcc: eve@example.com X-Attack: yes');
      expect(Object.keys(mail ? headersOf(mail) : {}).toSorted()).toEqual([
        'auto-submitted',
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
        'x-auto-response-suppress',
        'x-ours',
      ]);
    },
  );

  test.each(['=?utf-8?q?=0d=0aBcc:_eve@example.com?=', '=?utf-8?B?4oCuZXZpbA==?='])(
    'a name or a subject that looks like an encoded word is shown as it is written: %s',
    async (name) => {
      await mailer.send(buildMessage({ to: { name, address: 'ada@example.com' }, subject: name }));

      const [mail] = await server.waitForMails(1);
      const shown = [mail?.to?.[0]?.name, mail?.subject].map((text) => text?.replaceAll('\u2060', ''));
      expect(shown).toEqual([name, name]);
    },
  );

  test.each([
    'ada@example.com, eve@example.com',
    'ada@example.com\r\nRCPT TO:<eve@example.com>',
    'eve@example.com <ada@example.com>',
    'ada',
    '',
  ])('%j is not taken for one address', async (address) => {
    const refusal = await refusalOf(mailer, buildMessage({ to: { name: 'Ada', address } }));
    expect(refusal).toMatchObject({ permanent: true, message: 'the address of the recipient is not valid' });
    expect(server.mails).toEqual([]);
  });

  test('the next mail is accepted only when it is stored that the one before was', async () => {
    const stored = Promise.withResolvers<void>();
    const first = mailer.send(buildMessage(), async () => stored.promise);
    await server.waitForMails(1);
    const others = ['2', '3', '4'].map(async (messageId) => mailer.send(buildMessage({ messageId })));
    // Refused before its end: it does not wait, and nobody waits for it.
    server.refuseRecipient('eve@example.com');
    expect(await refusalOf(mailer, buildMessage({ to: { name: 'Eve', address: 'eve@example.com' } }))).toMatchObject({
      permanent: true,
    });
    expect(server.mails).toHaveLength(1);
    stored.resolve();
    await Promise.all([first, ...others]);
    expect(server.mails).toHaveLength(4);
  });

  test('a mail of which it cannot be stored that it was accepted holds up no other, and the error says why', async () => {
    const failing = mailer.send(buildMessage(), async () => Promise.reject(new Error('no database')));
    await expect(failing).rejects.toThrow('no database');
    await mailer.send(buildMessage());
    expect(server.mails).toHaveLength(2);
  });

  test.each([550, 552, 554])('a mail answered with %d is refused for good', async (code) => {
    server.failWith(code, 'mailbox unavailable');
    expect(await refusalOf(mailer)).toMatchObject({ permanent: true, message: `${code} mailbox unavailable` });
  });

  test.each([421, 450, 451, 503])('a mail answered with %d may be tried again', async (code) => {
    server.failWith(code, 'try again later');
    expect(await refusalOf(mailer)).toMatchObject({ permanent: false, message: `${code} try again later` });

    server.failWith(undefined);
    await mailer.send(buildMessage());
    expect(server.mails).toHaveLength(1);
  });

  test('a reason holds no e-mail address and is short', async () => {
    server.failWith(550, `5.1.1 <ada@example.com>: unknown, ask postmaster@mx.example ${'x'.repeat(400)}`);
    const { message } = await refusalOf(mailer);
    expect(message).toMatch(/^550 5\.1\.1 \(address\): unknown, ask \(address\) x+$/);
    expect(message.length).toBeLessThanOrEqual(200);
  });

  test('a server that is not there is tried again later', async () => {
    await server.close();
    expect(await refusalOf(mailer)).toMatchObject({
      permanent: false,
      message: 'the mail server cannot be reached (ECONNREFUSED)',
    });
  });
});

describe('with a server that takes long for each mail', () => {
  const ANSWER_EVERY_MS = 100;
  const ANSWERS = 10;

  test('mails that wait for their turn reach no time-out, and each is offered once', async () => {
    const offered: string[] = [];
    const slow = createServer((socket) => {
      let message: string | undefined;
      socket.on('error', () => {});
      socket.write('220 test\r\n');
      socket.on('data', (data) => {
        const received = data.toString();
        if (message === undefined) {
          if (received.startsWith('DATA')) message = '';
          socket.write(message === undefined ? '250 ok\r\n' : '354 go on\r\n');
          return;
        }
        message += received;
        if (!message.endsWith('\r\n.\r\n')) return;
        offered.push(message);
        message = undefined;
        let answers = 0;
        const answering = setInterval(() => {
          answers += 1;
          socket.write(answers < ANSWERS ? '250-more\r\n' : '250 accepted\r\n');
          if (answers === ANSWERS) clearInterval(answering);
        }, ANSWER_EVERY_MS);
        socket.on('close', () => clearInterval(answering));
      });
    });
    await once(slow.listen(0, HOST), 'listening');
    const address = slow.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    // One mail takes a second: the fourth waits for three.
    const timeouts = { connection: 5000, socket: 2000, mail: 3500 };
    const mailer = createSmtpMailer({ host: HOST, port, from: FROM, timeouts });
    try {
      const ids = ['1', '2', '3', '4'];
      await Promise.all(ids.map(async (messageId) => mailer.send(buildMessage({ messageId }))));
      expect(offered).toHaveLength(ids.length);
      for (const message of offered) {
        const { text, attachments } = await PostalMime.parse(message.replace(/\r\n\.\r\n$/, ''));
        expect(text).toContain('It burns.');
        expect(attachments).toEqual([]);
      }
    } finally {
      await mailer.close();
      slow.close();
    }
  });
});

describe('with a server that misbehaves', () => {
  let server: Server;
  let mailer: Mailer;

  /** Greets, then answers each command or message by `reply`; null cuts the connection. */
  async function startServer(reply: (received: string) => string | null): Promise<void> {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 test\r\n');
      socket.on('data', (data) => {
        const answer = reply(data.toString());
        if (answer === null) socket.destroy();
        else socket.write(`${answer}\r\n`);
      });
    });
    server.listen(0, HOST);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    mailer = createSmtpMailer({ host: HOST, port: address.port, user: 'tom', password: 'secret', from: FROM });
  }

  afterEach(async () => {
    await mailer.close();
    server.close();
    await once(server, 'close');
  });

  test('a mail is offered once when the connection is lost after it was handed over', async () => {
    let offered = 0;
    await startServer((received) => {
      if (/^(EHLO|MAIL|RCPT)/.test(received)) return '250 ok';
      if (!received.startsWith('DATA')) return null;
      offered += 1;
      return '354 go on';
    });

    expect(await refusalOf(mailer)).toMatchObject({
      permanent: false,
      message: 'the mail server closed the connection',
    });
    expect(offered).toBe(1);
  });

  test('a refused sign-in may be tried again and shows neither user nor password', async () => {
    await startServer((received) =>
      received.startsWith('EHLO') ? '250-test\r\n250 AUTH PLAIN LOGIN' : '535 tom is not known by secret',
    );

    expect(await refusalOf(mailer)).toMatchObject({
      permanent: false,
      message: 'the mail server refused the sign-in (535)',
    });
  });

  test('a server that wants a sign-in first is tried again later', async () => {
    await startServer((received) => (received.startsWith('MAIL') ? '530 5.7.0 Authentication required' : '250 ok'));

    expect(await refusalOf(mailer)).toMatchObject({
      permanent: false,
      message: '530 5.7.0 Authentication required',
    });
  });
});

describe('captured', () => {
  let parent: string;
  let directory: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'docket-mail-'));
    directory = join(parent, 'mail');
  });

  afterEach(() => rm(parent, { recursive: true }));

  function mailerAt(time: string): Mailer {
    return createCaptureMailer({ directory, from: FROM, clock: { now: () => new Date(time) } });
  }

  async function read(file: string): Promise<Email> {
    return PostalMime.parse(await readFile(join(directory, file)));
  }

  test('a mail becomes a file named for its time and id, holding the whole message', async () => {
    await mailerAt('2026-11-21T09:30:00.000Z').send(buildMessage());

    const file = '2026-11-21T09-30-00.000Z-notification-1@docket.example.eml';
    expect(await readdir(directory)).toEqual([file]);
    const mail = await read(file);
    expect(mail).toMatchObject({
      subject: '[#13] Printer on fire',
      to: [{ name: 'Ada Lovelace', address: 'ada@example.com' }],
      messageId: '<notification-1@docket.example>',
    });
    expect(headersOf(mail)).toMatchObject({
      date: 'Sat, 21 Nov 2026 09:30:00 +0000',
      'auto-submitted': 'auto-generated',
    });
  });

  test('a mail sent again takes the place of the first', async () => {
    await mailerAt('2026-11-21T09:30:00.000Z').send(buildMessage());
    await mailerAt('2026-11-21T09:31:00.000Z').send(buildMessage({ subject: 'Again' }));
    await mailerAt('2026-11-21T09:31:00.000Z').send(buildMessage({ messageId: 'x-notification-1@docket.example' }));

    const files = (await readdir(directory)).toSorted();
    expect(files).toEqual([
      '2026-11-21T09-30-00.000Z-notification-1@docket.example.eml',
      '2026-11-21T09-31-00.000Z-x-notification-1@docket.example.eml',
    ]);
    expect((await read(files[0] ?? '')).subject).toBe('Again');
  });

  test('a mail that cannot be written may be tried again', async () => {
    await writeFile(directory, 'in the way');
    expect(await refusalOf(mailerAt('2026-11-21T09:30:00.000Z'))).toMatchObject({
      permanent: false,
      message: 'the mail could not be written (EEXIST)',
    });
  });

  test('an id cannot choose where the file goes', async () => {
    await mailerAt('2026-11-21T09:30:00.000Z').send(buildMessage({ messageId: '../../x/\0y' }));
    expect(await readdir(parent)).toEqual(['mail']);
    expect(await readdir(directory)).toEqual(['2026-11-21T09-30-00.000Z-.._.._x__y.eml']);
  });
});
