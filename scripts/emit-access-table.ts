/** Writes the table in docs/access.md from tests/access/matrix.ts; with --check only says whether it is up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ACTIONS, BITS, isAllowed, MASKS, RELATIONS, ROLE_NAMES, RULES } from '../tests/access/matrix.js';

const FILE = 'docs/access.md';
const BEGIN = '<!-- table: npm run access-table -->';
const END = '<!-- /table -->';

/** As `npm run format` sets tables: each column as wide as its widest cell. */
function aligned([head = [], ...body]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function table(): string {
  const columns = ROLE_NAMES.flatMap((role) => RELATIONS.map((relation) => ({ role, relation })));
  const all = MASKS.find((bits) => BITS.every((bit) => bits[bit]));
  if (!all) throw new Error('No mask has all bits');
  return aligned([
    ['', 'bits needed', ...columns.map(({ role, relation }) => `${role}, ${relation}`)],
    ...ACTIONS.map((action) => {
      const cells = columns.map(({ role, relation }) => (isAllowed(action, role, relation, all) ? 'yes' : '–'));
      return [RULES[action].title, RULES[action].bits.join(', ')].concat(cells);
    }),
  ]);
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const before = await readFile(FILE, 'utf8');
const [head, rest] = before.split(BEGIN);
const [, tail] = rest?.split(END) ?? [];
if (head === undefined || tail === undefined) throw new Error(`${FILE} must hold ${BEGIN} and ${END}`);
const after = `${head}${BEGIN}\n\n${table()}\n\n${END}${tail}`;
if (values.check && after !== before) {
  console.error(`${FILE} is not what tests/access/matrix.ts says. Run: npm run access-table`);
  process.exitCode = 1;
} else if (after !== before) {
  await writeFile(FILE, after);
}
