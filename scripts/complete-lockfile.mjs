// Completes package-lock.json after an `npm install` from a registry mirror that lacks other platforms' binaries.
// `npm ci` refuses a lock file that leaves out an optional dependency, even one for another platform. This adds
// the missing entries, taking versions from the optionalDependencies of the packages that want them and the
// platform from the package's name.
// Run: node scripts/complete-lockfile.mjs [package-lock.json of another folder]
import { readFileSync, writeFileSync } from 'node:fs';

const lockPath = process.argv[2] ?? new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockPath, 'utf8'));

const OPERATING_SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]);
const ALIASES = { windows: 'win32' };
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/** The npm `os` and `cpu` of a package named like `@scope/tool-linux-x64-gnu`. */
function platformOf(name) {
  const words = name.split('/').pop().split(/[-.]/);
  const named = words.map((word) => ALIASES[word] ?? word);
  const os = named.filter((word) => OPERATING_SYSTEMS.has(word));
  const cpu = CPUS.filter((candidate) => named.includes(candidate));
  return { ...(os.length && { os }), cpu: cpu.length ? cpu : ['unknown'] };
}

/** Looks a dependency up the way Node does: nearest node_modules first. */
function isLocked(from, name) {
  let folder = from;
  while (folder) {
    if (lock.packages[`${folder}/node_modules/${name}`]) return true;
    const parent = folder.lastIndexOf('/node_modules/');
    folder = parent === -1 ? '' : folder.slice(0, parent);
  }
  return `node_modules/${name}` in lock.packages;
}

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(path, name)) continue;
    const version = range.replace(/^[~^]/, '');
    if (!/^\d+\.\d+\.\d+/.test(version)) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(entry.dev && { dev: true }),
      optional: true,
    };
    added += 1;
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} optional packages added to ${lockPath}`);
