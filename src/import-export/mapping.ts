import { TicketPriority, TicketStatus, TicketType } from '../tickets/ticket.entity.js';
import { CommandError, UsageError } from '../cli/command.js';
import { IMPORT_FIELDS, type ImportField, type Preset } from './preset.js';
import { mapOptions, presetOptions } from './mapping-advice.js';
import { columnKey, type ExtraWords, nameKey, wordKey } from './vocabulary.js';

/** Where each field stands in one file: the columns that it has, best first. */
export type Mapping = ReadonlyMap<ImportField, readonly string[]>;

/** Without these there is no ticket. */
const NEEDED: readonly ImportField[] = ['id', 'title'];

/**
 * Finds the preset's columns in the file, by exact name or else without regard to case, spaces and underscores.
 * @param overrides what `--map` said: a field and the file's column, or an empty name for none
 * @throws CommandError when the file lacks a column that was named or is needed
 */
export function mapColumns(
  preset: Preset,
  overrides: ReadonlyMap<ImportField, string>,
  fileColumns: readonly string[],
): Mapping {
  const known = new Set(fileColumns);
  const byKey = new Map(fileColumns.toReversed().map((name) => [columnKey(name), name]));
  const has = `It has: ${fileColumns.join(', ')}.`;
  const mapping = new Map<ImportField, readonly string[]>();
  for (const field of IMPORT_FIELDS) {
    const override = overrides.get(field);
    if (override !== undefined && override !== '' && !known.has(override)) {
      throw new CommandError(`The file has no column "${override}". ${has}`);
    }
    const wanted = override === undefined ? (preset.columns[field] ?? []) : [override];
    const found = wanted
      .map((name) => (known.has(name) ? name : byKey.get(columnKey(name))))
      .filter((name) => name !== undefined);
    if (found.length > 0) mapping.set(field, [...new Set(found)]);
  }
  for (const field of NEEDED) {
    const replaced = field === 'title' && preset.titleFromDescription === true;
    if (mapping.has(field) || replaced) continue;
    const names = preset.columns[field]?.join(' or ') ?? field;
    const options = [...presetOptions(fileColumns), ...mapOptions(mapping, fileColumns)];
    const advice = options.length > 0 ? ` These may fit: ${options.join('   or   ')}` : '';
    throw new CommandError(
      `The file has no column for ${field} (${names}). ${has} Choose --preset, or name the column: --map ${field}=COLUMN.${advice}`,
    );
  }
  return mapping;
}

/** `field=column`, as `--map` takes it. @throws UsageError */
export function parseMap(options: readonly string[]): Map<ImportField, string> {
  return new Map(
    options.map((option) => {
      const [name, column] = splitAt(option, '--map FIELD=COLUMN');
      const field = IMPORT_FIELDS.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
      if (field === undefined) throw new UsageError(`--map: there is no field "${name}".`);
      return [field, column];
    }),
  );
}

/** `status:Patch Available=IN_PROGRESS`, as `--value` takes it. @throws UsageError */
export function parseValues(options: readonly string[]): ExtraWords[] {
  return options.map((option) => {
    const [left, right] = splitAt(option, '--value FIELD:WORD=VALUE');
    const colon = left.indexOf(':');
    const [field, word] = [left.slice(0, Math.max(colon, 0)), left.slice(colon + 1)];
    if (field === 'status') return { status: { [oneOf(TicketStatus, right)]: [word] } };
    if (field === 'priority') return { priority: { [oneOf(TicketPriority, right)]: [word] } };
    if (field === 'type') return { type: { [oneOf(TicketType, right)]: [word] } };
    throw new UsageError(`--value begins with status:, priority: or type:, not "${left}".`);
  });
}

/** `old=new`, as `--person` takes it; the old name as `nameKey` gives it. @throws UsageError */
export function parsePeople(options: readonly string[]): Map<string, string> {
  return new Map(
    options.map((option) => {
      const [from, to] = splitAt(option, '--person NAME=USERNAME');
      return [nameKey(from), to];
    }),
  );
}

function splitAt(option: string, shape: string): [string, string] {
  const equals = option.lastIndexOf('=');
  if (equals <= 0) throw new UsageError(`"${option}" should have the form ${shape}.`);
  return [option.slice(0, equals).trim(), option.slice(equals + 1).trim()];
}

function oneOf<Value extends string>(values: Readonly<Record<string, Value>>, text: string): Value {
  const value = Object.values(values).find((candidate) => wordKey(candidate) === wordKey(text));
  if (value === undefined) throw new UsageError(`"${text}" is none of ${Object.values(values).join(', ')}.`);
  return value;
}
