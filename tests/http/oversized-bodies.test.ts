import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.js';

const BYTES = 3 * 1024 * 1024;
const BODY = `{"query":"${'x'.repeat(BYTES)}"}`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

/** A line on which the second half comes after the server has seen enough of the first. */
const PAUSE_MS = 100;

/** Sends all of it before it reads anything, as simple clients do; rejects when the connection is reset. */
async function send(headers: string, body: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').pause();
  const head = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n${headers}`;
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).write(`${head}\r\n\r\n${body.slice(0, BYTES / 2)}`);
    setTimeout(() => socket.write(body.slice(BYTES / 2), () => resolve()), PAUSE_MS);
  });
  return text(socket);
}

test.each([
  ['with its length', `content-length: ${BODY.length}`, BODY],
  ['chunked without a length', 'transfer-encoding: chunked', `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`],
])('whoever sends a body that is too large, %s, is told so and not cut off', async (_how, headers, body) => {
  const answer = await send(headers, body);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('The body is too large');
});

test('one that is larger than anybody sends by mistake is not read to its end', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => {});
  const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n';
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  socket.write(`${head}content-length: ${1024 * chunk.length}\r\n\r\n`);
  let sent = 0;
  while (!socket.destroyed && sent < 1024) {
    const went = socket.write(chunk, (error) => error && socket.destroy());
    sent += 1;
    if (!went) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
  }
  expect(sent).toBeLessThan(100);
});
