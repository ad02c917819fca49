import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { createSchema } from '../../src/app/schema.js';
import { WELCOME_QUERY } from '../../src/explorer/sample-operations.js';
import { explorerOnTicket, explorerOnTickets } from '../../src/explorer/ticket-link.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const schema = createSchema();

const files = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).toSorted();
const texts = new Map(
  await Promise.all(files.map(async (file) => [file, await readFile(join(ROOT, file), 'utf8')] as const)),
);
const textOf = (file: string) => texts.get(file) ?? '';
const readme = textOf('README.md');
const tour = textOf('docs/api.md');

const blocks = (text: string) => [...text.matchAll(/```graphql\n(.*?)```/gs)].map(([, block = '']) => block);
const queriesInCommands = [...readme.matchAll(/--data '(.*?)'/g)].map(([, body = '']): string => {
  const { query }: { query: string } = JSON.parse(body);
  return query;
});

/** The anchors that GitHub gives a text's headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the queries that the documentation shows', () => {
  test('are in README.md and docs/api.md', () => {
    expect(blocks(tour).length).toBeGreaterThanOrEqual(6);
    expect(queriesInCommands).toHaveLength(2);
  });

  test.each([
    ...files.flatMap((file) => blocks(textOf(file))),
    ...queriesInCommands,
    ...[explorerOnTicket(1), explorerOnTickets()].map(
      (link) => new URLSearchParams(link.split('?')[1]).get('query') ?? '',
    ),
    WELCOME_QUERY,
  ])('are valid: %#', (query) => {
    expect(query).not.toBe('');
    expect(validate(schema, parse(query))).toEqual([]);
  });
});

test.each(files)('the links in %s lead to files and headings that exist', (file) => {
  const links = [...textOf(file).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken: string[] = [];
  for (const link of links) {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : relative(ROOT, join(ROOT, dirname(file), path));
    const text = texts.get(target);
    const exists = text !== undefined || existsSync(join(ROOT, target));
    if (!exists || (anchor !== undefined && text !== undefined && !anchorsOf(text).has(anchor))) broken.push(link);
  }
  expect(broken).toEqual([]);
});

test('README.md and CONTRIBUTING.md name only commands that exist', async () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  // As a command: in backticks, at the start of a line of a block, or behind another command.
  const named = [...`${readme}\n${textOf('CONTRIBUTING.md')}`.matchAll(/(?:^|`|&& |=\S+ )npm (?:run )?([a-z]+)/gm)];
  const commandsOfNpm = new Set(['ci', 'install', 'prune', 'run']);
  const names = [...new Set(named.map(([, name = '']) => name))];
  expect(names.length).toBeGreaterThan(6);
  expect(names.filter((name) => !(name in scripts) && !commandsOfNpm.has(name))).toEqual([]);
});

test('the workflow of GitHub Actions calls .ci/run', async () => {
  const workflow: { jobs: Record<string, { steps: { run?: string }[] }> } = parseYaml(
    await readFile(join(ROOT, '.github/workflows/ci.yml'), 'utf8'),
  );
  expect(Object.values(workflow.jobs).flatMap(({ steps }) => steps.map(({ run }) => run))).toContain('.ci/run');
});
