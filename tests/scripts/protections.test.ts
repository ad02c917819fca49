import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { PROTECTIONS } from '../../scripts/protections/list.js';

test.each(PROTECTIONS.map((protection) => [protection.name, protection] as const))(
  'npm run protections finds what it takes out: %s',
  async (_name, { file, from }) => {
    const source = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(source.split(from)).toHaveLength(2);
  },
);
