import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { buildPerson, buildTicket, PASSWORD } from '../../tests/support/factories.js';
import { startTestServer, type TestServer } from '../../tests/support/server.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'client/tsconfig.build.json'], { cwd: ROOT });
});
afterAll(async () => server.stop());

test('the front end in README.md lists tickets', async () => {
  const person = await buildPerson(server);
  const { number } = await buildTicket(server, { createdBy: person, title: 'Printer on fire' });
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code = ''] = /## Build your own front end.*?```js\n(.*?)```/s.exec(readme) ?? [];
  expect(code.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(16);
  const tried = code
    .replace('http://127.0.0.1:4000', server.url)
    .replace("'ruth', 'docket-demo'", JSON.stringify([person.username, PASSWORD]).slice(1, -1));
  const child = spawn(process.execPath, ['--input-type=module', '--eval', tried], { cwd: ROOT });
  const [output, faults] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect([faults, output]).toEqual(['', `#${number} Printer on fire\n`]);
});
