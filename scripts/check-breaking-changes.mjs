// Fails if schema.graphql breaks clients of the last tagged version, unless package.json has a new major version (a new
// minor one before 1.0.0). Does nothing where no tag is reachable. Run: node scripts/check-breaking-changes.mjs [FOLDER]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { buildSchema, findBreakingChanges } from 'graphql';

const folder = process.argv[2] ?? '.';
const git = (...args) =>
  execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

const versionOf = (packageJson) => JSON.parse(packageJson).version;

function lastTag() {
  try {
    return git('describe', '--tags', '--abbrev=0').trim();
  } catch {
    return null;
  }
}

/** The part of a version that rises when clients break: the major version, or the minor one of 0.x. */
function compatibility(version) {
  const [major, minor] = version.split('.');
  return major === '0' ? `0.${minor}` : major;
}

const tag = lastTag();
if (tag === null) {
  console.log('No version is tagged: there is no schema to compare with.');
} else {
  const before = buildSchema(git('show', `${tag}:schema.graphql`));
  const now = buildSchema(readFileSync(join(folder, 'schema.graphql'), 'utf8'));
  const changes = findBreakingChanges(before, now);
  for (const { type, description } of changes) console.log(`${type}: ${description}`);
  const from = versionOf(git('show', `${tag}:package.json`));
  const to = versionOf(readFileSync(join(folder, 'package.json'), 'utf8'));
  const isAllowed = compatibility(from) !== compatibility(to);
  console.log(`schema.graphql has ${changes.length} breaking changes since ${tag}.`);
  if (changes.length > 0 && !isAllowed) {
    console.error(
      `Clients of ${from} would break. Keep what they use, or raise the ${from.startsWith('0.') ? 'minor' : 'major'} version.`,
    );
    process.exitCode = 1;
  }
}
