import { option } from './option-text.js';
import { PRESETS } from './presets.js';
import { IMPORT_FIELDS, type ImportField, type Preset } from './preset.js';
import { columnKey } from './vocabulary.js';

/** Presets that are offered. */
const SHOWN_PRESETS = 2;

/** `--preset` for those that know the most columns of the file, if they know an id and a title. */
export function presetOptions(fileColumns: readonly string[]): string[] {
  const keys = new Set(fileColumns.map(columnKey));
  const known = ({ columns }: Preset, field: ImportField) =>
    (columns[field] ?? []).some((name) => keys.has(columnKey(name)));
  const fitting = [...PRESETS]
    .filter(([, preset]) => known(preset, 'id') && known(preset, 'title'))
    .map(([name, preset]) => ({ name, fields: IMPORT_FIELDS.filter((field) => known(preset, field)).length }))
    .toSorted((a, b) => b.fields - a.fields);
  return fitting.slice(0, SHOWN_PRESETS).map(({ name }) => option('preset', name));
}

/** `--map` for fields without a column where the file has one that some other system calls so. */
export function mapOptions(
  mapping: ReadonlyMap<ImportField, readonly string[]>,
  fileColumns: readonly string[],
): string[] {
  const used = new Set([...mapping.values()].flat());
  const free = new Map(fileColumns.filter((name) => !used.has(name)).map((name) => [columnKey(name), name]));
  return IMPORT_FIELDS.flatMap((field) => {
    if (mapping.has(field)) return [];
    const names = [...PRESETS.values()].flatMap(({ columns }) => columns[field] ?? []);
    const column = [field, ...names].map((name) => free.get(columnKey(name))).find((name) => name !== undefined);
    return column === undefined ? [] : [option('map', `${field}=${column}`)];
  });
}
