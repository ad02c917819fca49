import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEmbeddedDatabase } from '../../src/database/embedded/embedded-database.js';
import { Client } from 'pg';
import { findPostmaster } from '../../src/database/embedded/postmaster.js';
import { urlOfServerInUse } from '../../src/database/embedded/server-in-use.js';
import { waitFor } from '../jobs/wait-for.js';
import { startTestServer, type TestServer } from '../support/server.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const PASSWORD = 'a password for tests';
/** From util-linux: gives a command a terminal. */
const SCRIPT = '/usr/bin/script';

function start(words: string[], settings: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [MAIN, ...words], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['TEST_COMPILE_CACHE'], ...settings },
  });
}

const read = async (stream: ChildProcess['stdout']) => (stream ? text(stream) : '');

async function ended(child: ChildProcess, input = '') {
  child.stdin?.end(input);
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const [stdout, stderr, code] = await Promise.all([read(child.stdout), read(child.stderr), exit]);
  return { code, stdout, stderr };
}

describe('the program', () => {
  test('tells its commands and those of a command, without a database', async () => {
    const [all, one] = await Promise.all([
      ended(start(['--help'], { DATABASE_URL: 'nonsense' })),
      ended(start(['import-tickets', '--help'], { DATABASE_URL: 'nonsense' })),
    ]);
    expect(all).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('import-tickets') });
    expect(one).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--dry-run') });
  });

  test('ends with 2 and a hint when there is no such command, and with 1 when the database is not there', async () => {
    expect(await ended(start(['drop-tickets'], {}))).toEqual({
      code: 2,
      stdout: '',
      stderr: 'There is no command "drop-tickets". npm run -s cli -- help lists them.\n',
    });
    const absent = new URL(process.env['TEST_DATABASE_URL'] ?? '');
    absent.pathname = '/absent';
    expect(await ended(start(['list-sessions'], { DATABASE_URL: absent.href }))).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `The database at ${absent.host} cannot be used: database "absent" does not exist. ` +
        'Look at the name of the database in DATABASE_URL, or make the database: createdb.\n',
    });
    expect(await ended(start(['list-sessions'], { DATABASE_URL: 'nonsense' }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATABASE_URL must be a URL'),
    });
  });
});

describe('on the embedded database', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'docket-cli-'));
  });
  afterAll(async () => rm(dataDir, { recursive: true, force: true }));
  const isRunning = async () => (await findPostmaster(join(dataDir, 'postgres'))).state === 'running';

  test('a command starts it and stops it when no server runs, and works beside one that does', async () => {
    const words = ['create-admin', '--email', 'root@docket.example', '--username', 'root'];
    const alone = await ended(start(words, { DATA_DIR: dataDir }), PASSWORD);
    expect(alone).toEqual({ code: 0, stdout: 'root was made, with the role admin.\n', stderr: '' });
    expect(await isRunning()).toBe(false);

    const server = await startEmbeddedDatabase({ dataDir });
    try {
      const beside = await ended(start(['grant-role', 'root', 'admin'], { DATA_DIR: dataDir }));
      expect(beside).toEqual({ code: 0, stdout: 'root has the role admin already.\n', stderr: '' });
      expect(await isRunning()).toBe(true);
    } finally {
      await server.stop();
    }
  });

  test('a command that is broken off leaves no server behind', async () => {
    const child = start(['reset-password', 'root'], { DATA_DIR: dataDir });
    await waitFor(async () => isAskingForPassword(await urlOfServerInUse(dataDir)), 20_000);
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(130);
    expect(await isRunning()).toBe(false);
  });
});

/** The command has found the user, and waits for standard input. */
async function isAskingForPassword(url: string | undefined): Promise<boolean> {
  if (url === undefined) return false;
  const client = new Client(url);
  await client.connect();
  const { rowCount } = await client.query(
    `select 1 from pg_stat_activity where application_name = 'docket' and state = 'idle' and query like '%from "user"%'`,
  );
  await client.end();
  return rowCount === 1;
}

const onTerminal = existsSync(SCRIPT) && process.platform === 'linux' ? describe : describe.skip;

onTerminal('on a terminal', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => server.stop());

  /** Types each answer when its question has come; gives all that the terminal showed. */
  async function converse(words: string[], answers: readonly (readonly [question: string, answer: string])[]) {
    const command = [process.execPath, MAIN, ...words].map((word) => `'${word}'`).join(' ');
    const child = spawn(SCRIPT, ['--quiet', '--return', '--echo', 'never', '--command', command, '/dev/null'], {
      cwd: PROJECT,
      env: { PATH: process.env['PATH'], DATABASE_URL: server.databaseUrl },
    });
    let shown = '';
    const waiting = [...answers];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      shown += chunk;
      const [next] = waiting;
      if (next && shown.endsWith(next[0])) {
        waiting.shift();
        child.stdin.write(next[1]);
      }
    });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    return { code, shown: shown.replaceAll('\r\n', '\n') };
  }

  const words = ['create-admin', '--email', 'root@docket.example', '--username', 'root'];
  const [first, second] = ['New password: ', 'The same again: '];

  test('the password is asked for twice and never shown', async () => {
    const { code, shown } = await converse(words, [
      [first, `${PASSWORD}\r`],
      [second, `${PASSWORD}\r`],
    ]);
    expect({ code, shown }).toEqual({
      code: 0,
      shown: `${first}\n${second}\nroot was made, with the role admin.\n`,
    });
  });

  test('two that differ change nothing, and neither does Ctrl-C', async () => {
    const differing = await converse(words, [
      [first, `${PASSWORD}\r`],
      [second, 'something else\r'],
    ]);
    expect(differing).toEqual({
      code: 1,
      shown: `${first}\n${second}\nThe two passwords differ. Nothing was changed.\n`,
    });
    const brokenOff = await converse(words, [[first, '\u0003']]);
    expect(brokenOff).toEqual({ code: 1, shown: `${first}\nBroken off. Nothing was changed.\n` });
  });
});
