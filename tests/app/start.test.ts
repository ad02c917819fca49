import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isAlive, type ServerProcess, startProcess } from '../support/server-process.js';

describe('the server process', () => {
  let dataDir: string;
  const runs: ServerProcess[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'docket-start-'));
  });
  afterEach(async () => {
    for (const { child, exitCode } of runs.splice(0)) {
      child.kill('SIGTERM');
      await exitCode;
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  function run(settings: Record<string, string>): ServerProcess {
    const started = startProcess(dataDir, settings);
    runs.push(started);
    return started;
  }

  test('names every wrong setting and does not start', async () => {
    const { exitCode, output } = run({ PORT: 'http', LOG_LEVEL: 'loud', RUN: 'everything' });
    expect(await exitCode).toBe(1);
    expect(output()).toMatch(/^These settings are wrong:\n {2}PORT .*\n {2}RUN .*\n {2}LOG_LEVEL .*\n$/);
  });

  test('says in one line that its database cannot be used, without the password', async () => {
    const url = new URL(process.env['TEST_DATABASE_URL'] ?? '');
    url.password = 's3cret-and-wrong';
    const { exitCode, output } = run({ DATABASE_URL: url.href });
    expect(await exitCode).toBe(1);
    expect(output()).toMatch(/^The database at \S+ cannot be used: password authentication failed.* DATABASE_URL\.\n$/);
    expect(output()).not.toContain('s3cret');
  });

  test('says in one line what keys it wants', async () => {
    const { exitCode, output } = run({ JWT_PRIVATE_KEYS: '["secret"]' });
    expect(await exitCode).toBe(1);
    expect(output()).toMatch(/^JWT_PRIVATE_KEYS must be a JSON array of Ed25519 private keys.*\n$/);
  });

  test('tells where to go, refuses a second one in its DATA_DIR, and ends with its PostgreSQL', async () => {
    const first = run({});
    const announcement = await first.said('Ctrl-C stops it.');
    const [, graphql = ''] = /GraphQL {2}(\S+)/.exec(announcement) ?? [];
    expect((await fetch(new URL('/readyz', graphql))).status).toBe(200);
    expect(announcement).toMatch(/Mails {4}\S+\/mail/);
    expect(announcement).toContain('the password is docket-demo');

    const second = run({});
    expect(await second.exitCode).toBe(1);
    expect(second.output()).toMatch(/^Another Docket server is using .*\n$/);

    const postmaster = Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
    expect(await isAlive(postmaster)).toBe(true);
    first.child.kill('SIGTERM');
    expect(await first.exitCode).toBe(0);
    expect(await isAlive(postmaster)).toBe(false);
  });

  test('refuses a first administrator that cannot be made, naming each setting and without a stack', async () => {
    const { output, exitCode } = run({
      DEMO_DATA: 'false',
      ADMIN_EMAIL: 'admin@docket.example',
      ADMIN_USERNAME: 'x',
      ADMIN_PASSWORD: 'short',
    });
    expect(await exitCode).toBe(1);
    expect(output()).toContain('ADMIN_USERNAME: A username has 3 to 30');
    expect(output()).toContain('ADMIN_PASSWORD: A password has 8 to 128');
    expect(output()).not.toMatch(/^ +at /m);
  });
});
