import { type ExtraWords } from './vocabulary.js';

/** What an import reads from a row; `--map` names these. */
export const IMPORT_FIELDS = [
  'id',
  'title',
  'description',
  'type',
  'priority',
  'status',
  'resolution',
  'labels',
  'product',
  'createdBy',
  'assignedTo',
  'duplicateOf',
  'createdAt',
  'updatedAt',
  'closedAt',
  'details',
  'comments',
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];

/** How one system writes its tickets. */
export interface Preset {
  /** The columns that may hold a field: the first that has something in a row counts. */
  readonly columns: Partial<Record<ImportField, readonly string[]>>;
  readonly words?: ExtraWords;
  /** Docket's own export: ids are kept, and nothing is added to the details, so that it can be written again. */
  readonly exact?: boolean;
  /** Columns that mean nothing here, each with the reason, which is told. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** S0's tickets have no title: the beginning of the description stands in. */
  readonly titleFromDescription?: boolean;
}
