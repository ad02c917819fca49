import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createLogger } from '../../src/observability/logger.js';
import { startTracing, type TracingOptions } from '../../src/observability/tracing/otel.js';
import { type Tracing } from '../../src/observability/tracing/tracing.js';
import { mailsTo } from '../notifications/actions.js';
import { sendAccountMails } from '../support/account-mails.js';
import { select } from '../support/database-state.js';
import { buildPerson, type Person } from '../support/factories.js';
import { captureLog } from '../support/log.js';
import { attributeOf, type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp.js';
import { newSigningKey, startTestServer, type TestServer } from '../support/server.js';
import { type ServerProcess, startProcess } from '../support/server-process.js';
import { startSmtpServer } from '../support/smtp.js';
import { databaseUrl, onServer, TEMPLATE } from '../support/test-database.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CLIENT_SPAN = '00f067aa0ba902b7';
const CANARY = 'canary';

const ALWAYS: Omit<TracingOptions, 'url'> = {
  protocol: 'http/json',
  sampler: 'parentbased_always_on',
  samplerRatio: 1,
};

/** Sends an operation as a client that traces: its span is the parent. */
async function send(url: string, token: string | undefined, query: string, variables: object, traceparent?: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(traceparent && { traceparent }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = JSON.parse(await response.text());
  expect(errors).toBeUndefined();
  return data;
}

const CREATE = `mutation MakeIt($input: CreateTicketInput!) {
  createTicket(input: $input) { ticket { id title } userErrors { code } }
}`;
const UPDATE = 'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }';

/** The span and what it is part of, from the outermost to itself. */
function pathTo(spans: readonly ReceivedSpan[], name: string): string[] {
  const path: string[] = [];
  let span = spans.find((candidate) => candidate.name === name);
  while (span) {
    path.unshift(span.name);
    const { parentSpanId } = span;
    span = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return path;
}

describe('with an OTLP endpoint', () => {
  let receiver: OtlpReceiver;
  let tracing: Tracing;
  let server: TestServer;
  let person: Person;
  let assignee: Person;

  async function begin(options: Partial<TracingOptions> = {}) {
    tracing = startTracing({ ...ALWAYS, url: `${receiver.url}/v1/traces`, ...options }, createLogger('silent'));
    server = await startTestServer({ tracing, accessTokenSeconds: 86_400 });
    person = await buildPerson(server);
    assignee = await buildPerson(server, { firstName: `${CANARY}-name`, email: `${CANARY}@docket.example` });
  }
  beforeEach(async () => {
    receiver = await startOtlpReceiver();
  });
  afterEach(async () => {
    await server.stop();
    await tracing.stop();
    await receiver.close();
  });

  test('a mutation, its statements and the mail that it enqueues are one trace, which began with the client', async () => {
    await begin();
    const input = { title: `${CANARY}-title`, description: `${CANARY}-text`, assignedTo: { id: assignee.id } };
    await send(server.url, person.client.token, CREATE, { input }, `00-${TRACE_ID}-${CLIENT_SPAN}-01`);
    server.clock.advance({ minutes: 12 });
    await server.deliverDue();
    expect(mailsTo(server, assignee)).toHaveLength(1);
    await tracing.stop();

    const spans = receiver.spans.filter(({ traceId }) => traceId === TRACE_ID);
    expect(pathTo(spans, 'insert ticket')).toEqual(['POST /graphql', 'mutation createTicket', 'insert ticket']);
    expect(pathTo(spans, 'SMTP send')).toEqual([
      'POST /graphql',
      'mutation createTicket',
      'deliver notification',
      'SMTP send',
    ]);
    expect(pathTo(spans, 'update notification').slice(0, 3)).toContain('deliver notification');
    const [http, operation, delivery] = ['POST /graphql', 'mutation createTicket', 'deliver notification'].map((name) =>
      spans.filter((span) => span.name === name),
    );
    expect(http).toMatchObject([{ parentSpanId: CLIENT_SPAN, kind: 2, service: 'docket' }]);
    expect(http?.map((span) => attributeOf(span, 'http.response.status_code'))).toEqual([200]);
    expect(operation?.map((span) => attributeOf(span, 'graphql.operation.name'))).toEqual(['MakeIt']);
    expect(delivery?.map((span) => attributeOf(span, 'docket.outcome'))).toEqual(['sent']);
    const texts = spans.map((span) => attributeOf(span, 'db.query.text')).filter((text) => typeof text === 'string');
    expect(texts.length).toBeGreaterThanOrEqual(3);
    expect(texts.filter((text) => text.includes(CANARY) || text.includes(assignee.id))).toEqual([]);
  });

  test('a mail that several changes were merged into is in the trace of the first, linked to the others', async () => {
    await begin();
    const input = { title: 'A', description: 'B', assignedTo: { id: assignee.id } };
    const { createTicket } = await send(server.url, person.client.token, CREATE, { input });
    server.clock.advance({ minutes: 12 });
    await server.deliverDue();
    const { id } = createTicket.ticket;
    const ids = ['1', '2', '3'].map((digit) => digit.repeat(32));
    const changes = [{ title: 'C' }, { priority: 'HIGH' }, { description: 'D' }];
    for (const [index, change] of changes.entries()) {
      const traceparent = `00-${ids[index]}-${CLIENT_SPAN}-01`;
      await send(server.url, person.client.token, UPDATE, { input: { id, ...change } }, traceparent);
    }
    server.clock.advance({ minutes: 12 });
    await server.deliverDue();
    await tracing.stop();
    const delivery = receiver.spans.find(({ name, traceId }) => name === 'deliver notification' && traceId === ids[0]);
    expect(delivery?.links?.map(({ traceId }) => traceId)).toEqual(ids.slice(1));
  });

  test('a forgotten password is one trace up to its mail', async () => {
    await begin();
    await send(
      server.url,
      undefined,
      'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }',
      { input: { email: assignee.email } },
      `00-${TRACE_ID}-${CLIENT_SPAN}-01`,
    );
    await sendAccountMails(server);
    await tracing.stop();
    const spans = receiver.spans.filter(({ traceId }) => traceId === TRACE_ID);
    expect(pathTo(spans, 'SMTP send')).toEqual([
      'POST /graphql',
      'mutation requestPasswordReset',
      'answer password reset',
      'SMTP send',
    ]);
  });

  test('no span holds a secret, an address, a name or a text, whatever goes wrong', async () => {
    await begin();
    const secrets = [person.client.token ?? '', CANARY, assignee.email];
    const { client } = person;
    await client.send(CREATE, {
      input: { title: `${CANARY}-title`, description: `${CANARY}-text`, assignedTo: { email: assignee.email } },
    });
    await client.send(`{ tickets(filter: { search: "${CANARY}-search" }) { nodes { title createdBy { email } } } }`);
    await client.send(`mutation { signIn(input: { login: "${CANARY}", password: "${CANARY}" }) { accessToken } }`);
    await client.send(
      'mutation ($input: SignUpInput!) { signUp(input: $input) { refreshToken userErrors { code } } }',
      {
        input: {
          username: `${CANARY}1`,
          email: `${CANARY}1@docket.example`,
          firstName: `${CANARY}'); drop`,
          lastName: `${CANARY}\\'`,
          password: `${CANARY}-password`,
        },
      },
    );
    await client.send(`{ ${CANARY} }`);
    await fetch(`${server.url}/unsubscribe/${CANARY}-unsubscribe?${CANARY}=1`);
    await fetch(`${server.url}/${CANARY}-nowhere`, { headers: { 'user-agent': CANARY, traceparent: CANARY } });
    await select(server, sql`alter table ticket add constraint fails check (title <> 'canary-title-2')`);
    await client.send(CREATE, { input: { title: 'canary-title-2', description: `${CANARY}-text` } });
    server.smtp.failWith(550, `${CANARY} is not wanted`);
    server.clock.advance({ minutes: 12 });
    await server.deliverDue();
    await tracing.stop();

    expect(receiver.spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['insert', 'mutation signUp', 'SMTP send', 'query tickets', 'GET /unsubscribe/:token']),
    );
    const failed = receiver.spans.filter(({ status }) => status.code === 2).map(({ name }) => name);
    expect(failed).toEqual(expect.arrayContaining(['SMTP send', 'mutation createTicket', 'insert ticket']));
    const sent = receiver.bodies.join('\n');
    for (const secret of secrets) expect(sent).not.toContain(secret);
    expect(sent).not.toMatch(/[\w.]+@[\w.]+\.\w+/);
  });

  test('probes and polling are no traces, and a client that does not want to be traced is not', async () => {
    await begin();
    for (const path of ['/healthz', '/readyz', '/metrics']) await fetch(`${server.url}${path}`);
    await server.app.delivery.sweep();
    await send(server.url, undefined, '{ viewer { id } }', {}, `00-${TRACE_ID}-${CLIENT_SPAN}-00`);
    await tracing.stop();
    expect(
      receiver.spans.filter(({ name }) => !/^(POST|mutation|insert|select|update|begin|commit)/.test(name)),
    ).toEqual([]);
    expect(receiver.spans.filter(({ traceId }) => traceId === TRACE_ID)).toEqual([]);
    expect(receiver.spans.filter(({ name, parentSpanId }) => !name.startsWith('POST') && !parentSpanId)).toEqual([]);
  });

  test('a sampler can be chosen', async () => {
    await begin({ sampler: 'always_off' });
    await person.client.query('{ viewer { id } }');
    await tracing.stop();
    expect(receiver.spans).toEqual([]);
  });

  test('spans go out in protobuf too', async () => {
    await begin({ protocol: 'http/protobuf' });
    await person.client.query('{ viewer { id } }');
    await tracing.stop();
    expect(receiver.spans).toEqual([]);
    expect(receiver.bodies.join('')).toContain('query viewer');
  });
});

describe('a receiver that does not work', () => {
  test('is told of once, and once when it works again; the server serves on', async () => {
    const receiver = await startOtlpReceiver();
    receiver.behave('refuse');
    const log = captureLog();
    const tracing = startTracing({ ...ALWAYS, url: `${receiver.url}/v1/traces` }, createLogger('info', [], log.stream));
    const server = await startTestServer({ tracing });
    // A batch has 512 spans: several are refused before the queue is empty.
    for (let i = 0; i < 400; i += 1) await server.anonymous.query('{ viewer { id } }');
    while (receiver.bodies.length < 1) await new Promise((resolve) => setImmediate(resolve));
    receiver.behave('accept');
    await server.stop();
    await tracing.stop();
    await receiver.close();
    const messages = log.lines().map(({ msg }) => msg);
    expect(messages).toEqual([
      'Traces cannot be sent; they are dropped until they can',
      'Traces are sent again; some spans were lost',
    ]);
  });

  test('holds nobody up at the end', async () => {
    const receiver = await startOtlpReceiver();
    receiver.behave('hang');
    const log = captureLog();
    const tracing = startTracing({ ...ALWAYS, url: `${receiver.url}/v1/traces` }, createLogger('info', [], log.stream));
    tracing.root('something', { kind: 'internal' }).end();
    const started = performance.now();
    await tracing.stop();
    expect(performance.now() - started).toBeLessThan(3000);
    expect(log.lines()).toMatchObject([{ msg: 'The last traces could not be sent' }]);
    await receiver.close();
  });
});

describe('server processes', () => {
  const postgres = process.env['TEST_DATABASE_URL'] ?? '';
  const database = `docket_test_${randomUUID().replaceAll('-', '')}`;
  const started: ServerProcess[] = [];
  afterAll(async () => {
    for (const { child, exitCode } of started) {
      child.kill('SIGTERM');
      await exitCode;
    }
  });

  test('of API and worker make one trace, and a process without an endpoint loads nothing for it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'docket-trace-'));
    await onServer(postgres, `create database ${database} template ${TEMPLATE}`);
    const receiver = await startOtlpReceiver();
    const smtp = await startSmtpServer();
    const watch = `import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) {
        // prom-client loads the API, which does nothing by itself.
        if (/^@opentelemetry\\/(?!api$)/.test(name)) process.stderr.write('OpenTelemetry is loaded\\n');
        return next(name, context);
      } });`;
    const settings = {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(watch)}`,
      DATABASE_URL: databaseUrl(postgres, database),
      JWT_PRIVATE_KEYS: JSON.stringify([newSigningKey()]),
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(smtp.port),
      ASSIGN_REPORT_SCHEDULE: '0.02',
      ADMIN_EMAIL: 'ada@docket.example',
      ADMIN_USERNAME: 'ada',
      ADMIN_PASSWORD: `${CANARY}-password`,
    };
    const endpoint = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${CANARY}-key`,
    };
    const run = (more: Record<string, string>) => {
      const child = startProcess(dataDir, { ...settings, ...more });
      started.push(child);
      return child;
    };
    const api = run({ RUN: 'api', OTEL_SERVICE_NAME: 'docket-api', ...endpoint });
    const announcement = await api.said('Ctrl-C stops it.');
    const worker = run({ RUN: 'worker', OTEL_SERVICE_NAME: 'docket-worker', ...endpoint });
    const untraced = run({ RUN: 'api' });

    const [, url = ''] = /GraphQL {2}(\S+)\/graphql/.exec(announcement) ?? [];
    const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
    const session = await send(url, undefined, signIn, { input: { login: 'ada', password: `${CANARY}-password` } });
    const token = session.signIn.accessToken;
    const { roles } = await send(url, token, '{ roles { id } }', {});
    const createUser = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
    const person = {
      username: 'grace',
      email: 'grace@docket.example',
      firstName: 'Grace',
      password: `${CANARY}-other`,
    };
    await send(url, token, createUser, { input: { ...person, roleId: roles[0].id } });
    const input = { title: 'A', description: 'B', assignedTo: { username: 'grace' } };
    await send(url, session.signIn.accessToken, CREATE, { input }, `00-${TRACE_ID}-${CLIENT_SPAN}-01`);
    await smtp.waitForMails(1);
    await untraced.said('Ctrl-C stops it.');
    for (const { child } of started) child.kill('SIGTERM');
    expect(await Promise.all(started.map(async ({ exitCode }) => exitCode))).toEqual([0, 0, 0]);

    const spans = receiver.spans.filter(({ traceId }) => traceId === TRACE_ID);
    expect(pathTo(spans, 'SMTP send')).toEqual([
      'POST /graphql',
      'mutation createTicket',
      'deliver notification',
      'SMTP send',
    ]);
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['docket-api', 'docket-worker']));
    expect(new Set(receiver.headers)).toEqual(new Set([`${CANARY}-key`]));
    expect(api.output()).toContain('OpenTelemetry is loaded');
    expect(worker.output()).not.toContain(CANARY);
    expect(untraced.output()).not.toContain('OpenTelemetry is loaded');
    await smtp.close();
    await receiver.close();
    await onServer(postgres, `drop database ${database} with (force)`);
    await rm(dataDir, { recursive: true, force: true });
  }, 90_000);
});
