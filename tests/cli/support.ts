import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll } from '@jest/globals';
import { type TestServer } from '../support/server.js';
import { run } from '../../src/cli/run.js';
import { readEnv } from '../../src/app/env.js';

interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in this process, on the server's database and by its clock, as if its input were piped in. */
export async function cli(
  { databaseUrl, clock }: Pick<TestServer, 'databaseUrl' | 'clock'>,
  words: string[],
  input: string | Buffer = '',
  settings: Record<string, string> = {},
): Promise<CliResult> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const [out, err] = [text(streams.stdout), text(streams.stderr)];
  const env = readEnv({ DATABASE_URL: databaseUrl, ...settings });
  const stdin = Readable.from([input]);
  const code = await run(words, streams, () => ({ ...streams, env, clock, stdin, workingDir: '/' }));
  streams.stdout.end();
  streams.stderr.end();
  return { code, stdout: await out, stderr: await err };
}

const folders: string[] = [];
afterAll(async () => {
  for (const path of folders) await rm(path, { recursive: true });
});

/** An empty folder, which goes away after the tests. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'docket-cli-'));
  folders.push(path);
  return path;
}

/** Writes a file with this name into a new folder, which goes away after the tests; gives its path. */
export async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, content);
  return path;
}
