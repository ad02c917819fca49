/**
 * Takes each protection of docs/hardening.md out, in a copy of the sources, and runs the tests that guard it: they must
 * fail. Prints which test noticed first; ends with 1 when one was not missed. Names after it run
 * those alone. Takes some ten seconds each. Run: npm run protections [-- 'one name' 'another']
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Protection, PROTECTIONS } from './protections/list.js';

const COPIED = [
  '.swcrc',
  'src',
  'scripts',
  'tests',
  'docs',
  'package.json',
  'jest.config.js',
  'tsconfig.json',
  'schema.graphql',
];
async function runTests(folder: string, tests: readonly string[]): Promise<string> {
  const jest = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const run = spawn(process.execPath, [...jest, '--bail', '--verbose', ...tests], { cwd: folder });
  let output = '';
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (part) => (output += String(part)));
  const code = await new Promise<number | null>((done) => run.on('close', done));
  if (code === 0) return '';
  // The machine was too busy to start a server: that says nothing of the protection.
  if (output.includes('for a hook')) return runTests(folder, tests);
  const [, noticed] = /^\s*✕ (.+?)(?: \(\d+ m?s\))?$/m.exec(output) ?? [];
  if (noticed !== undefined) return noticed.slice(0, 100);
  throw new Error(`The tests could not be run:\n${output.slice(-3000)}`);
}

/** Gives the test that noticed; empty when none did. */
async function without({ file, from, to, tests }: Protection, folder: string): Promise<string> {
  const path = join(folder, file);
  const source = await readFile(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} must hold this once: ${from}`);
  await writeFile(
    path,
    source.replace(from, () => to),
  );
  try {
    return await runTests(folder, tests);
  } finally {
    await writeFile(path, source);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'docket-protections-'));
const words = process.argv.slice(2);
let missed = 0;
try {
  for (const name of COPIED) await cp(name, join(folder, name), { recursive: true });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  for (const protection of PROTECTIONS.filter(({ name }) => words.length === 0 || words.includes(name))) {
    const noticed = await without(protection, folder);
    if (noticed === '') missed += 1;
    console.log(`${noticed === '' ? 'NOT NOTICED' : 'noticed'}  ${protection.name}: ${noticed}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
if (missed > 0) process.exitCode = 1;
