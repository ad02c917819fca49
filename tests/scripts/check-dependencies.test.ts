import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docket-dependencies-'));
});
afterEach(async () => rm(folder, { recursive: true }));

const PINNED = { dependencies: { a: '1.0.0' } };
const GOOD = { version: '1.0.0', license: 'MIT', integrity: 'sha512-x' };

/** What the check says of a project; empty when nothing is wrong. */
async function faultsOf(manifest: object, entry: object): Promise<string> {
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/a': entry } }));
  const { status, stderr } = spawnSync(process.execPath, ['scripts/check-dependencies.mjs', folder], {
    encoding: 'utf8',
  });
  expect(status === 0).toBe(stderr === '');
  return stderr.replaceAll(`${folder}: `, '').trim();
}

describe('the check of dependencies', () => {
  test('finds nothing in what Docket is built from', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['scripts/check-dependencies.mjs', '.', 'bench', 'examples'],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([0, '']);
  });

  test('takes exact versions, licences like MIT, and packages without scripts', async () => {
    expect(await faultsOf(PINNED, GOOD)).toBe('');
    expect(await faultsOf(PINNED, { ...GOOD, license: '(GPL-3.0 OR BSD-3-Clause)' })).toBe('');
    expect(await faultsOf({ devDependencies: PINNED.dependencies }, { ...GOOD, license: 'MPL-2.0', dev: true })).toBe(
      '',
    );
    expect(await faultsOf({ ...PINNED, allowScripts: { a: false } }, { ...GOOD, hasInstallScript: true })).toBe('');
  });

  test.each<[object, object, string]>([
    [{ dependencies: { a: '^1.0.0' } }, {}, 'a ^1.0.0: give an exact version'],
    [{ devDependencies: { a: 'latest' } }, {}, 'a latest: give an exact version'],
    [PINNED, { license: 'GPL-3.0-only' }, 'a: its licence is GPL-3.0-only'],
    [PINNED, { license: 'MPL-2.0' }, 'a: its licence is MPL-2.0'],
    [PINNED, { license: '(MIT AND AGPL-3.0)' }, 'a: its licence is (MIT AND AGPL-3.0)'],
    [PINNED, { license: undefined }, 'a: it names no licence'],
    [PINNED, { integrity: undefined }, 'a: it has no digest'],
    [PINNED, { hasInstallScript: true }, 'a: it has an install script; decide about it in allowScripts'],
    [{ ...PINNED, allowScripts: { a: true } }, {}, 'a: it stands in allowScripts and has no install script'],
  ])('says what is wrong: %j %j', async (manifest, entry, fault) => {
    expect(await faultsOf(manifest, { ...GOOD, ...entry })).toBe(fault);
  });
});
