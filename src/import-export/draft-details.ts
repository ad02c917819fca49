import { characters } from '../common/input-check.js';
import { maxLengthOf } from '../tickets/ticket.fields.js';
import { type DraftRules, RowError } from './draft-rules.js';
import { isObject, parseJson } from './json-value.js';
import { type Row } from './row.js';
import { type DetailsDraft } from './ticket-draft.js';

/** A row's texts before they are cut to what a ticket holds. */
export interface UncutTexts {
  readonly title: string;
  readonly description: string;
}

/** What a ticket holds, in characters (the API's limits). */
export const MAX_LENGTHS: Readonly<Record<keyof UncutTexts, number>> = {
  title: maxLengthOf('title'),
  description: maxLengthOf('description'),
};

/**
 * What a row gives to the details, when all its fields have been read.
 * @param words the source's own words, by field
 * @throws RowError when the column of details holds something else than a JSON object
 */
export function readDetails(
  row: Row,
  rules: DraftRules,
  words: Readonly<Record<string, unknown>>,
  texts: UncutTexts,
  note: (what: string) => void,
): DetailsDraft {
  const own = ownDetails(row, note);
  const cut: Record<string, string> = {};
  if (characters(texts.title) > MAX_LENGTHS.title) cut['title'] = texts.title;
  if (characters(texts.description) > MAX_LENGTHS.description) cut['description'] = texts.description;
  const leftOut = rules.preset.leftOut ?? {};
  const rest = Object.fromEntries([...row.rest()].filter(([column]) => !Object.hasOwn(leftOut, column)));
  return { own, rest, words: { ...words, ...cut } };
}

function ownDetails(row: Row, note: (what: string) => void): DetailsDraft['own'] {
  const [column] = row.columnsOf('details');
  const text = column && (row.record.structured.get(column) ?? row.record.columns.get(column)?.[0]);
  if (column === undefined || text === undefined) return null;
  let value: unknown;
  try {
    value = parseJson(text, note);
  } catch {
    value = undefined;
  }
  if (!isObject(value)) throw new RowError('details: this is not a JSON object.');
  row.takeAll(column, 'details');
  return value;
}

/**
 * The details as they are stored: what the source had under that name, every column that no field holds, and `import`.
 * Where two would have one name, the later stands under `import`.
 */
export function composeDetails({ own, rest, words }: DetailsDraft): Record<string, unknown> | null {
  const taken = own ?? {};
  const isFree = ([column]: [string, unknown]) => !Object.hasOwn(taken, column) && column !== 'import';
  const columns = Object.entries(rest);
  const doubled = columns.filter((column) => !isFree(column));
  const added: Record<string, unknown> = {
    ...words,
    ...(doubled.length > 0 && { columns: Object.fromEntries(doubled) }),
  };
  const details: Record<string, unknown> = { ...taken, ...Object.fromEntries(columns.filter(isFree)) };
  if (Object.keys(added).length > 0) {
    if (Object.hasOwn(taken, 'import')) added['earlier'] = taken['import'];
    details['import'] = added;
  }
  return own === null && Object.keys(details).length === 0 ? null : details;
}
