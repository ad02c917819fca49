import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.js';
import { createLogger } from '../../src/observability/logger.js';
import { createTicket } from '../notifications/actions.js';
import { call, succeed } from '../support/calls.js';
import { select } from '../support/database-state.js';
import { buildPerson } from '../support/factories.js';
import { captureLog } from '../support/log.js';
import { newSigningKey, startTestServer, type TestServer } from '../support/server.js';
import { type ServerProcess, startProcess } from '../support/server-process.js';
import { databaseUrl, onServer, TEMPLATE } from '../support/test-database.js';

/** In every secret of these sessions. */
const CANARY = 'canary-';

async function unforeseen(...parameters: unknown[]): Promise<never> {
  throw new Error(`Nobody foresaw ${JSON.stringify(parameters)} or ${inspect(parameters)}`);
}

/** An SMTP server that refuses every sign-in, and repeats the password in its answer. */
async function startRefusingSmtpServer() {
  const server = new SMTPServer({
    authOptional: false,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ password }, _session, done) => done(new Error(`no such password: ${password}`)),
  });
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, close: async () => new Promise<void>((resolve) => server.close(resolve)) };
}

describe('a session at LOG_LEVEL=trace', () => {
  const log = captureLog();
  const smtpPassword = `${CANARY}smtp`;
  let server: TestServer;
  let refusing: Awaited<ReturnType<typeof startRefusingSmtpServer>>;

  beforeAll(async () => {
    refusing = await startRefusingSmtpServer();
    const mailer = createSmtpMailer({
      host: '127.0.0.1',
      port: refusing.port,
      user: 'docket',
      password: smtpPassword,
      from: 'docket@docket.example',
    });
    server = await startTestServer({ mailer, logger: createLogger('trace', [smtpPassword], log.stream) });
  });
  afterAll(async () => {
    await server.stop();
    await refusing.close();
  });

  test('leaves no password and no token in the log or the metrics, whatever goes wrong', async () => {
    const secrets = new Set<string>();
    const anonymous = server.anonymous;
    const password = `${CANARY}password "quoted" one`;
    const signedUp = await succeed(
      anonymous,
      'signUp',
      { username: 'ada', email: 'ada@docket.example', firstName: 'Ada', password },
      'accessToken refreshToken',
    );
    await call(anonymous, 'signIn', { login: 'ada', password: `${CANARY}wrong` });
    const { accessToken, refreshToken } = await succeed(
      anonymous,
      'signIn',
      { login: 'ada', password },
      'accessToken refreshToken',
    );
    const refreshed = await succeed(anonymous, 'refreshSession', { refreshToken }, 'accessToken refreshToken');
    // Used twice: a session that somebody else has too.
    await call(anonymous, 'refreshSession', { refreshToken });
    await call(anonymous, 'refreshSession', { refreshToken: `${CANARY}refresh` });
    await call(anonymous, 'resetPassword', { token: `${CANARY}reset`, newPassword: `${CANARY}new` });
    await call(anonymous, 'requestPasswordReset', { email: 'ada@docket.example' });
    for (const { accessToken: a, refreshToken: r } of [signedUp, refreshed, { accessToken, refreshToken }]) {
      secrets.add(a).add(r);
    }

    await server.app.passwordResets.sweep();
    const person = await buildPerson(server);
    await createTicket(await buildPerson(server), { assignedTo: { id: person.id } });
    server.clock.advance({ minutes: 13 });
    await server.deliverDue();
    secrets.add(person.client.token ?? '');

    await anonymous.withToken(`${CANARY}token`).send('{ viewer { id } }');
    await anonymous.withToken(`eyJ${CANARY}.eyJ.x`).send('{ viewer { id } }');
    await anonymous.send(`mutation { signIn(input: { login: "ada", password: "${CANARY}literal" }) { nothing } }`);
    await anonymous.send(`mutation { signIn(input: { login: "ada", password: "${CANARY}syntax }`);
    await anonymous.send('mutation ($password: Int) { __typename }', { password: `${CANARY}type` });
    const raw = async (path: string, init: RequestInit) => fetch(`${server.url}${path}`, init);
    const json = { 'content-type': 'application/json' };
    await raw('/graphql', { method: 'POST', headers: json, body: `{"password":"${CANARY}json` });
    await raw('/graphql', { method: 'POST', headers: json, body: `"${CANARY}${'x'.repeat(200_000)}"` });
    await raw('/graphql', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: `${CANARY}plain` });
    await raw(`/graphql?query={viewer{id}}&token=${CANARY}url`, { headers: { authorization: `Basic ${CANARY}basic` } });
    await raw(`/unsubscribe/${CANARY}unsubscribe`, { method: 'POST' });
    await raw(`/${CANARY}nowhere`, { method: 'DELETE', headers: { cookie: `session=${CANARY}cookie` } });

    // Errors that nobody foresaw, with what the client sent in their messages; and the database's own.
    jest.spyOn(server.app.services.auth, 'signIn').mockImplementation(unforeseen);
    jest.spyOn(server.app.services.sessions, 'refresh').mockImplementation(unforeseen);
    await anonymous.send('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', {
      input: { login: 'ada', password },
    });
    await anonymous.send(`mutation { signIn(input: { login: "ada", password: "${CANARY}literal" }) { accessToken } }`);
    await anonymous.send('mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }', {
      input: { refreshToken: `${CANARY}refresh` },
    });
    jest.restoreAllMocks();
    await select(server, sql`alter table ticket add constraint fails check (title <> 'canary-title')`);
    const { client } = await buildPerson(server);
    await client.send('mutation ($input: CreateTicketInput!) { createTicket(input: $input) { userErrors { code } } }', {
      input: { title: 'canary-title', description: `${CANARY}text` },
    });

    const metrics = await (await raw('/metrics', {})).text();
    const output = `${log.text()}${metrics}`;
    for (const secret of [...secrets, CANARY, JSON.stringify(password).slice(1, -1)]) {
      expect(output.split('\n').filter((line) => line.includes(secret))).toEqual([]);
    }
    const messages = log.lines().map(({ msg }) => msg);
    expect(messages.filter((message) => message === 'A request failed')).toHaveLength(4);
    expect(messages).toContain('A mail was refused');
    expect(messages).toContain('GraphQL request');
  });

  test('has the request, the job or the notification on every line', () => {
    const lines = log.lines();
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) {
      const { requestId, jobId, notificationId, passwordResetId, component, msg } = line;
      if (component === 'jobs' || String(msg).startsWith('Server listening')) continue;
      expect({ line, id: requestId ?? jobId ?? notificationId ?? passwordResetId }).toMatchObject({
        id: expect.stringMatching(/^[\da-f-]{36}$/),
      });
    }
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'A mail was refused', notificationId: expect.any(String), level: 40 }),
    );
  });
});

describe('the server process at LOG_LEVEL=trace', () => {
  const postgres = process.env['TEST_DATABASE_URL'] ?? '';
  const database = `docket_test_${randomUUID().replaceAll('-', '')}`;
  let dataDir: string;
  const started: ServerProcess[] = [];
  const run = (settings: Record<string, string>) => {
    const child = startProcess(dataDir, { LOG_LEVEL: 'trace', ...settings });
    started.push(child);
    return child;
  };
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'docket-log-'));
    await onServer(postgres, `create database ${database} template ${TEMPLATE}`);
  });
  afterAll(async () => {
    for (const { child, exitCode } of started) {
      child.kill('SIGTERM');
      await exitCode;
    }
    await onServer(postgres, `drop database ${database} with (force)`);
    await rm(dataDir, { recursive: true, force: true });
  });

  test('never writes a secret of its settings, when all that they name fails', async () => {
    const signingKey = newSigningKey();
    const failing = run({
      DATABASE_URL: `postgres://docket:${CANARY}database@${new URL(postgres).host}/docket`,
      JWT_PRIVATE_KEYS: `["${CANARY}key"]`,
    });
    const wrong = run({ PORT: 'x', DATABASE_URL: `postgres:/${CANARY}url`, ADMIN_EMAIL: CANARY });
    const running = run({
      DATABASE_URL: databaseUrl(postgres, database),
      JOBS_URL: `mongodb://docket:${CANARY}jobs@127.0.0.1:1/docket`,
      JWT_PRIVATE_KEYS: JSON.stringify([signingKey]),
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: '1',
      EMAIL_HOST_USER: 'docket',
      EMAIL_HOST_PASSWORD: `${CANARY}smtp`,
      ADMIN_EMAIL: 'ada@docket.example',
      ADMIN_USERNAME: 'ada',
      ADMIN_PASSWORD: `${CANARY}admin`,
      // Long enough for a worker to see it coming: the job store is away.
      ASSIGN_REPORT_SCHEDULE: '0.1',
    });
    const announcement = await running.said('Ctrl-C stops it.');
    const [, graphql = ''] = /GraphQL {2}(\S+)/.exec(announcement) ?? [];
    const send = async (body: object, token?: string) => {
      const response = await fetch(graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
      });
      const { data }: { data: { signIn?: { accessToken: string }; roles?: { id: string }[] } } = JSON.parse(
        await response.text(),
      );
      return data;
    };
    const { signIn } = await send({
      query: 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
      variables: { input: { login: 'ada', password: `${CANARY}admin` } },
    });
    const { roles } = await send({ query: '{ roles { id } }' }, signIn?.accessToken);
    const assignee = { username: 'leo', email: 'leo@docket.example', firstName: 'Leo', password: `${CANARY}assignee` };
    await send(
      {
        query: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { code } } }',
        variables: { input: { ...assignee, roleId: roles?.[0]?.id } },
      },
      signIn?.accessToken,
    );
    await send(
      {
        query:
          'mutation { createTicket(input: { title: "a", description: "b", assignedTo: { username: "leo" } }) { userErrors { code } } }',
      },
      signIn?.accessToken,
    );
    await running.said('A mail was refused');
    running.child.kill('SIGTERM');
    expect(await running.exitCode).toBe(0);

    expect([await failing.exitCode, await wrong.exitCode]).toEqual([1, 1]);
    expect(failing.output()).toContain('cannot be used: password authentication failed');
    expect(wrong.output()).toContain('These settings are wrong');
    const output = failing.output() + wrong.output() + running.output();
    expect(output).toContain('the job store fails');
    for (const secret of [CANARY, signingKey.d ?? 'no key', signIn?.accessToken ?? 'no token']) {
      expect(output).not.toContain(secret);
    }
  }, 60_000);
});
