import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const script = fileURLToPath(new URL('../../scripts/check-breaking-changes.mjs', import.meta.url));
let folder: string;

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  execFileSync('git', ['-C', folder, ...identity, ...args], { stdio: 'ignore' });
}

async function write(version: string, schema: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ version }));
  await writeFile(join(folder, 'schema.graphql'), schema);
}

function check(): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** A checkout from an archive works without git, and its tests do. */
const describeWithGit = spawnSync('git', ['--version']).status === 0 ? describe : describe.skip;

const TWO_FIELDS = 'type Query { title: String number: Int }';
const ONE_FIELD = 'type Query { title: String }';

describeWithGit('the schema compared with that of the last tag', () => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docket-tag-'));
    git('init', '--quiet');
    await write('1.2.0', TWO_FIELDS);
    git('add', '.');
    git('commit', '--quiet', '--message', 'A version');
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  test('is not needed where no version is tagged', async () => {
    await write('1.2.0', ONE_FIELD);
    expect(check()).toEqual({ status: 0, output: expect.stringContaining('No version is tagged') });
  });

  test('may have more', async () => {
    git('tag', 'v1.2.0');
    await write('1.2.0', `${TWO_FIELDS} type Person { name: String }`);
    expect(check()).toEqual({ status: 0, output: expect.stringContaining('0 breaking changes since v1.2.0') });
  });

  test('may not lack a field', async () => {
    git('tag', 'v1.2.0');
    await write('1.3.0', ONE_FIELD);
    expect(check()).toEqual({ status: 1, output: expect.stringContaining('FIELD_REMOVED: Query.number was removed.') });
  });

  test('may lack a field in a new major version', async () => {
    git('tag', 'v1.2.0');
    await write('2.0.0', ONE_FIELD);
    expect(check()).toEqual({ status: 0, output: expect.stringContaining('Query.number was removed') });
  });
});
