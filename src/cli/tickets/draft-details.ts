import { characters, faultOfJson } from '../../graphql/input-check.js';
import { parseExactJson } from '../../json/exact-json.js';
import { type DraftRules, RowError } from './draft-rules.js';
import { valueOf } from './mapping.js';
import { type ImportField } from './presets.js';
import { type SourceRecord } from './source-record.js';

/** What the source said in its own words, where Docket has fewer of them. */
const KEPT_FIELDS: readonly ImportField[] = [
  'status',
  'priority',
  'type',
  'resolution',
  'product',
  'createdBy',
  'assignedTo',
];

/** A row's texts before they are cut to what a ticket holds. */
export interface WholeTexts {
  readonly title: string;
  readonly description: string;
}

/** Requirements C19. */
export const LONGEST: Readonly<Record<keyof WholeTexts, number>> = { title: 200, description: 10_000 };

/**
 * The ticket's details: every column that no field was made of, and under `import` where the ticket comes from, the
 * source's own words, and texts that were too long. Docket's own export keeps the details as they were.
 */
export function readDetails(
  record: SourceRecord,
  rules: DraftRules,
  externalId: string,
  texts: WholeTexts,
): Record<string, unknown> | null {
  const own = ownDetails(record, rules);
  const cut: Record<string, string> = {};
  if (characters(texts.title) > LONGEST.title) cut['title'] = texts.title;
  if (characters(texts.description) > LONGEST.description) cut['description'] = texts.description;
  if (rules.preset.exact === true) {
    return Object.keys(cut).length === 0 ? own : { ...own, import: cut };
  }
  const words: Record<string, string> = {};
  for (const field of KEPT_FIELDS) {
    const text = valueOf(record, rules.mapping, field);
    if (text !== null) words[field] = text;
  }
  return { ...unmapped(record, rules), ...own, import: { source: rules.source, id: externalId, ...words, ...cut } };
}

/** @throws RowError when the column of details holds something else than a JSON object */
function ownDetails(record: SourceRecord, { mapping }: DraftRules): Record<string, unknown> | null {
  const [column] = mapping.get('details') ?? [];
  const text = column && (record.structured.get(column) ?? record.columns.get(column)?.[0]);
  if (text === undefined) return null;
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RowError('details: this is not a JSON object.');
  }
  const fault = faultOfJson(value);
  if (fault !== null) throw new RowError(`details: ${fault}`);
  return { ...value };
}

function unmapped(record: SourceRecord, { mapping }: DraftRules): Record<string, unknown> {
  const used = [...mapping.values()].flat();
  const isUsed = (column: string) => used.some((name) => column === name || column.startsWith(`${name}.`));
  return Object.fromEntries(
    [...record.columns]
      .filter(([column]) => !isUsed(column))
      .map(([column, texts]) => [column, texts.length === 1 ? texts[0] : texts]),
  );
}
