import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../src/common/id.js';
import { call, succeed } from '../support/calls.js';
import { buildComment, buildPerson } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

test('who may create and not view learns the number of what they created, and nothing of what became of it', async () => {
  const { client } = await buildPerson(server, { may: { view: false } });
  const input = { id: newId(), title: 'Kiosk', description: 'The screen is dark.' };
  const selection = 'ticket { number comments { totalCount nodes { content } } }';
  const { ticket } = await succeed(client, 'createTicket', input, selection);
  expect(ticket).toEqual({ number: 1, comments: { totalCount: 0, nodes: [] } });
  await buildComment(server, { ticket: input, author: await buildPerson(server), content: 'Not for the kiosk.' });
  expect(await call(client, 'createTicket', input, selection)).toMatchObject({
    ticket: null,
    userErrors: [{ code: 'CONFLICT', field: ['input', 'id'] }],
  });
});
