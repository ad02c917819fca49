import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPerson, buildTicket } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const SIMILAR = `query ($input: SimilarTicketsInput!) {
  similarTickets(input: $input) { score ticket { id title createdBy { username } } }
}`;
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

describe('similar tickets', () => {
  test('x', async () => {
    const me = await buildPerson(server);
    await buildTicket(server, { createdBy: me, title: 'Printer on the third floor jams', description: 'Paper jam in tray 2 of the printer.' });
    await buildTicket(server, { createdBy: me, title: 'VPN drops each hour', description: 'The tunnel ends after an hour.' });
    console.log(JSON.stringify(await me.client.query(SIMILAR, { input: { title: 'Paper jam, printer', description: 'third floor printer has a jam again' } }), null, 1));
  });
});
