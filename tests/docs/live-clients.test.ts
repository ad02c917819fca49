import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '../jobs/wait-for.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, type Person } from '../support/factories.js';
import { buildLiveTicket, type Told } from '../support/live.js';
import { startTestServer, type TestServer } from '../support/server.js';

const IMPORT = /^import \{ (?<names>[^}]+) \} from '(?<module>[^']+)';$/gm;
const DOCUMENT = /```graphql\n(?<text>subscription [\s\S]*?)```/;

let server: TestServer;
let person: Person;
let docs = '';

beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server, { role: BuiltInRole.ADMIN });
  docs = await readFile('docs/live.md', 'utf8');
});
afterAll(async () => {
  server.http.server.closeAllConnections();
  await server.stop();
});

/** Runs the documentation's example, with what its reader has to bring. */
async function run(name: string, given: Record<string, unknown>): Promise<() => void> {
  const [, code = ''] = new RegExp(`\`\`\`js ${name}\n([\\s\\S]*?)\`\`\``).exec(docs) ?? [];
  const imports = await Promise.all(
    [...code.matchAll(IMPORT)].map(async ({ groups }) => {
      const all = (await import(groups?.['module'] ?? '')) as Record<string, unknown>;
      return (groups?.['names'] ?? '').split(', ').map((each): [string, unknown] => [each, all[each]]);
    }),
  );
  const names: Record<string, unknown> = { ...Object.fromEntries(imports.flat()), ...given };
  const body = `let since = null; ${code.replaceAll(IMPORT, '')} return stop;`;
  // The text is the repository's own.
  // oxlint-disable-next-line typescript/no-implied-eval
  const example = new Function(...Object.keys(names), body) as (...values: unknown[]) => () => void;
  return example(...Object.values(names));
}

test.each(['apollo', 'urql'])('the example for %s goes on from the last cursor after a cut', async (name) => {
  const told: Told[] = [];
  const { token = '' } = person.client;
  const stop = await run(name, {
    CHANGES: DOCUMENT.exec(docs)?.groups?.['text'],
    url: `${server.url}/graphql`,
    webSocketUrl: `${server.url.replace('http', 'ws')}/graphql`,
    accessToken: async () => token,
    token: () => token,
    show: (message: Told | undefined) => message && told.push(message),
  });
  await waitFor(() => told.length > 0);
  const first = await buildLiveTicket(server, { createdBy: person });
  await waitFor(() => told.length > 1);
  server.http.server.closeAllConnections();
  for (const socket of server.http.websocketServer.clients) socket.terminate();
  const missed = await buildLiveTicket(server, { createdBy: person });
  await waitFor(() => told.some(({ ticketId }) => ticketId === missed.id));
  stop();

  const changes = told.filter(({ ticketId }) => ticketId !== undefined);
  expect(changes.map(({ ticketId }) => ticketId)).toEqual([first.id, missed.id]);
});
