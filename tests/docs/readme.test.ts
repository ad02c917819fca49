import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { createSchema } from '../../src/app/schema.js';
import { explorerOnTicket, explorerOnTickets } from '../../src/explorer/ticket-link.js';
import { WELCOME_QUERY } from '../../src/explorer/bootstrap-script.js';

const schema = createSchema();
const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```graphql\n(.*?)```/gs)].map(([, block = '']) => block);
const inCommands = [...readme.matchAll(/--data '(.*?)'/g)].map(([, body = '']): { query: string } => JSON.parse(body));

describe('the queries that we show to people', () => {
  test('are in README.md', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    expect(inCommands).toHaveLength(2);
  });

  test.each([
    ...blocks,
    ...inCommands.map(({ query }) => query),
    ...[explorerOnTicket(1), explorerOnTickets()].map(
      (link) => new URLSearchParams(link.split('?')[1]).get('query') ?? '',
    ),
    WELCOME_QUERY,
  ])('are valid: %#', (query) => {
    expect(query).not.toBe('');
    expect(validate(schema, parse(query))).toEqual([]);
  });
});

test('README.md names only files and commands that there are', async () => {
  const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path = '']) => path);
  expect(links.length).toBeGreaterThan(4);
  for (const path of links) await readFile(new URL(`../../${path}`, import.meta.url));
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const contributing = await readFile(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8');
  // As a command: in backticks, at the start of a line of a block, or behind another command.
  const named = [...`${readme}\n${contributing}`.matchAll(/(?:^|`|&& |=\S+ )npm (?:run )?([a-z]+)/gm)];
  const commandsOfNpm = new Set(['ci', 'install', 'prune', 'run']);
  const names = [...new Set(named.map(([, name = '']) => name))];
  expect(names.length).toBeGreaterThan(6);
  expect(names.filter((name) => !(name in scripts) && !commandsOfNpm.has(name))).toEqual([]);
});
