// Checks what Docket is built from: exact versions, licences that MIT may be used with, a digest for each package, and
// install scripts only of those that package.json names in allowScripts (docs/security.md, "Dependencies").
// Run: node scripts/check-dependencies.mjs [folder …]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** None of them asks anything of who uses the package but to keep its notice. */
const COMPATIBLE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);

/** Asks that changes of its own files stay under it: for tools of the build and the tests, which are not shipped. */
const FOR_TOOLS = new Set(['MPL-2.0']);

/** Of `A OR B` one is enough, of `A AND B` both are needed. */
function isCompatible(licence, isTool) {
  const either = licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return either.some((all) =>
    all.split(' AND ').every((one) => COMPATIBLE.has(one.trim()) || (isTool && FOR_TOOLS.has(one.trim()))),
  );
}

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

function faultsOf(folder) {
  const manifest = readJson(join(folder, 'package.json'));
  const { packages } = readJson(join(folder, 'package-lock.json'));
  const faults = [];

  const workspaces = (manifest.workspaces ?? []).map((workspace) => readJson(join(folder, workspace, 'package.json')));
  for (const each of [manifest, ...workspaces]) {
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']) {
      for (const [name, version] of Object.entries(each[kind] ?? {})) {
        if (!EXACT.test(version)) faults.push(`${name} ${version}: give an exact version`);
      }
    }
  }

  const own = new Set(workspaces.map(({ name }) => name));
  const withScripts = new Set();
  for (const [path, { license, integrity, hasInstallScript, os, cpu, dev }] of Object.entries(packages)) {
    const name = path.split('node_modules/').at(-1);
    // Docket itself and its workspaces, which are links in node_modules.
    if (!path.includes('node_modules/') || own.has(name)) continue;
    if (hasInstallScript) withScripts.add(name);
    // Entries that complete-lockfile.mjs made hold neither: another platform's binary of a package that is checked.
    if (license === undefined && (os || cpu)) continue;
    if (license === undefined) faults.push(`${name}: it names no licence`);
    else if (!isCompatible(license, dev === true)) faults.push(`${name}: its licence is ${license}`);
    if (!integrity?.startsWith('sha512-')) faults.push(`${name}: it has no digest`);
  }

  const decided = manifest.allowScripts ?? {};
  for (const name of withScripts) {
    if (!(name in decided)) faults.push(`${name}: it has an install script; decide about it in allowScripts`);
  }
  for (const name of Object.keys(decided)) {
    if (!withScripts.has(name)) faults.push(`${name}: it stands in allowScripts and has no install script`);
  }
  return { faults: faults.map((fault) => `${folder}: ${fault}`), count: Object.keys(packages).length - 1 };
}

const folders = process.argv.slice(2);
const results = (folders.length > 0 ? folders : ['.']).map(faultsOf);
for (const fault of results.flatMap(({ faults }) => faults)) {
  console.error(fault);
  process.exitCode = 1;
}
if (!process.exitCode)
  console.log(`${results.reduce((sum, { count }) => sum + count, 0)} packages are as they should be.`);
