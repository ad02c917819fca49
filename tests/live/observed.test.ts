import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sql } from 'kysely';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { createLogger } from '../../src/observability/logger.js';
import { startTracing } from '../../src/observability/tracing/otel.js';
import { type Tracing } from '../../src/observability/tracing/tracing.js';
import { waitFor } from '../jobs/wait-for.js';
import { select } from '../support/database-state.js';
import { buildPerson, type Person } from '../support/factories.js';
import { buildLiveTicket, CHANGES, connectLive, EventSourceByHand, type LiveSocket } from '../support/live.js';
import { captureLog } from '../support/log.js';
import { attributeOf, type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp.js';
import { startTestServer, type TestServer } from '../support/server.js';

const LEAKS =
  /select|insert|relation|ticket_event|ticket_change|does not exist|postgres|node_modules|\.ts|\.js|at \w+ \(/i;
const MASKED = 'Something went wrong on the server. Tell its operator the requestId.';

let receiver: OtlpReceiver;
let tracing: Tracing;
let server: TestServer;
let admin: Person;
const log = captureLog();
const open: { close(): void }[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const logger = createLogger('info', [], log.stream);
  const options = { protocol: 'http/json', sampler: 'parentbased_always_on', samplerRatio: 1 } as const;
  tracing = startTracing({ ...options, url: `${receiver.url}/v1/traces` }, logger);
  server = await startTestServer({ logger, tracing });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});
afterAll(async () => {
  server.http.server.closeAllConnections();
  await server.stop();
  await tracing.stop();
  await receiver.close();
});

async function connect(): Promise<LiveSocket> {
  const socket = await connectLive(server.url, admin.client.token);
  open.push(socket);
  return socket;
}

function stream(variables: Record<string, unknown> = {}, query = CHANGES): EventSourceByHand {
  const source = new EventSourceByHand(server.url, admin.client.token, variables, query);
  open.push(source);
  return source;
}

/** Lines that say that the log of changes could not be read. */
const failed = () => log.lines().filter(({ msg }) => String(msg).startsWith('The log of changes could not be read'));

const named = (name: string): ReceivedSpan[] => receiver.spans.filter((span) => span.name === name);

/** The lines of the log about a request. */
function linesOf(requestId: unknown) {
  return log.lines().filter((line) => line['requestId'] === requestId);
}

/** Renames a table while the action runs, so that an error comes that nobody foresaw. */
async function without(table: string, action: () => Promise<void>): Promise<void> {
  const away = `${table}_elsewhere`;
  await select(server, sql`alter table ${sql.table(table)} rename to ${sql.ref(away)}`);
  try {
    await action();
  } finally {
    await select(server, sql`alter table ${sql.table(away)} rename to ${sql.ref(table)}`);
  }
}

describe('the log of a subscription', () => {
  test('has a line for its begin and one for its end, with one request id, and no token', async () => {
    const [socket, source] = [await connect(), await stream().has(1)];
    await socket.follow('1', {}, CHANGES.replace('Changes', 'Queue'));
    await buildLiveTicket(server, { createdBy: admin });
    await waitFor(() => socket.told('1').length > 1 && source.told.length > 1);
    socket.send({ id: '1', type: 'complete' });
    source.close();
    const ended = (name: string) =>
      log.lines().filter(({ msg, operationName }) => msg === 'GraphQL subscription ended' && operationName === name);
    await waitFor(() => ended('Queue').length > 0 && ended('Changes').length > 0);

    for (const [name, transport] of [
      ['Queue', 'websocket'],
      ['Changes', 'sse'],
    ] as const) {
      const [last] = ended(name);
      expect(last).toMatchObject({ field: 'ticketChanges', messages: 2 });
      const [begun, ...more] = linesOf(last?.['requestId']).filter(({ msg }) => msg === 'GraphQL subscription');
      expect(more).toEqual([]);
      expect(begun).toMatchObject({ transport, operationName: name, code: 'OK', viewerId: admin.id });
    }
    expect(linesOf(source.headers.get('x-request-id')).length).toBeGreaterThan(1);
    expect(log.text()).not.toContain(admin.client.token);
  });

  test('has the code of one that is refused', async () => {
    const source = await stream({ since: 'nonsense' }).over();
    await waitFor(() => linesOf(source.headers.get('x-request-id')).length > 0);
    expect(linesOf(source.headers.get('x-request-id'))).toMatchObject([
      { msg: 'GraphQL subscription', code: 'BAD_USER_INPUT', field: 'ticketChanges' },
    ]);
  });
});

describe('an internal error', () => {
  test('of a field of a message is masked, and found in the log by its request id', async () => {
    const [socket, source] = [await connect(), await stream().has(1)];
    await socket.follow('1');
    const reading = jest.spyOn(server.app.readers.tickets, 'byIds');
    reading.mockRejectedValue(new Error('relation "ticket" does not exist'));
    await buildLiveTicket(server, { createdBy: admin });
    await waitFor(() => socket.of('1').length > 1 && source.events.length > 1);
    reading.mockRestore();
    const sent = [socket.of('1')[1]?.payload, source.events[1]?.data];
    for (const { errors } of sent) {
      expect(errors[0]).toMatchObject({ message: MASKED, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
      const { requestId } = errors[0].extensions;
      expect(linesOf(requestId).filter(({ level }) => Number(level) >= 50)).not.toEqual([]);
    }
    expect(JSON.stringify(sent)).not.toMatch(LEAKS);
    // The streams go on.
    await buildLiveTicket(server, { createdBy: admin });
    await waitFor(() => socket.told('1').length > 1 && source.told.length > 1);
  });

  test('at the begin of a subscription is masked, and found in the log by its request id', async () => {
    const socket = await connect();
    const { changeCursor: since } = await admin.client.query('{ changeCursor }');
    await without('ticket_change', async () => {
      const source = await stream({ since }).over();
      const frame = await socket.follow('1', { since });
      const [told] = source.events[0]?.data?.errors ?? [];
      const { requestId } = told?.extensions ?? {};
      expect(requestId).toBe(source.headers.get('x-request-id'));
      for (const error of [told, frame.payload[0]]) {
        expect(error).toMatchObject({ message: MASKED, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
        expect(linesOf(error.extensions.requestId).filter(({ level }) => Number(level) >= 50)).not.toEqual([]);
      }
      expect(source.text + JSON.stringify(frame)).not.toMatch(LEAKS);
    });
    expect((await socket.follow('2', { since })).type).toBe('next');
  });

  test('while changes are read cuts nobody: they are told when it is over', async () => {
    const [socket, source] = [await connect(), await stream().has(1)];
    await socket.follow('1');
    const before = failed().length;
    await without('ticket_change', async () => {
      server.app.changeSignal.announce();
      await waitFor(() => failed().length > before);
    });
    const ticket = await buildLiveTicket(server, { createdBy: admin });
    await waitFor(() => socket.told('1').length > 1 && source.told.length > 1);
    expect([socket.told('1')[1]?.ticketId, source.told[1]?.ticketId]).toEqual([ticket.id, ticket.id]);
  });
});

describe('a trace', () => {
  test('has the begin of a subscription with its statements, its request id, and no text of the client', async () => {
    const { changeCursor: since } = await admin.client.query('{ changeCursor }');
    const source = await stream({ since, filter: { createdById: [admin.id] } }).has(1);
    const requestId = source.headers.get('x-request-id');
    const of = () =>
      named('subscription ticketChanges').find((span) => attributeOf(span, 'docket.request_id') === requestId);
    await waitFor(() => of() !== undefined);
    await waitFor(() => receiver.spans.some(({ parentSpanId }) => parentSpanId === of()?.spanId));
    expect(receiver.bodies.join()).not.toContain(admin.client.token);
    expect(receiver.bodies.join()).not.toContain(since);
  });

  test('has each message that is read, with its statements', async () => {
    const socket = await connect();
    await socket.follow('1');
    const before = named('message ticketChanges').length;
    await buildLiveTicket(server, { createdBy: admin });
    await waitFor(() => socket.told('1').length > 1);
    await waitFor(() => named('message ticketChanges').length > before + 1);
    const spanIds = new Set(named('message ticketChanges').map(({ spanId }) => spanId));
    await waitFor(() => receiver.spans.some(({ parentSpanId }) => spanIds.has(parentSpanId ?? '')));
  });
});
