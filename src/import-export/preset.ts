import { type TicketProperty, TRANSFERRED_FIELDS } from '../tickets/ticket.fields.js';
import { type ExtraWords } from './vocabulary.js';

/** What some sources say beside the status, and Docket has no field for: it becomes a status, a priority or a type. */
const STATUS_FIELDS = ['status', 'resolution', 'labels'] as const;

/** What belongs to a ticket and is no field of its own: whether its creation was told, who watches it, and whom its text mentions. */
const BESIDE_FIELDS = ['notified', 'watching', 'mentions', 'comments'] as const;

export type ImportField = TicketProperty | (typeof STATUS_FIELDS)[number] | (typeof BESIDE_FIELDS)[number];

/** What an import reads from a row; `--map` names these. */
export const IMPORT_FIELDS: readonly ImportField[] = [
  ...TRANSFERRED_FIELDS.filter(({ imported }) => imported).flatMap(({ property }) =>
    property === 'status' ? STATUS_FIELDS : property,
  ),
  ...BESIDE_FIELDS,
];

/** How one system writes its tickets. */
export interface Preset {
  /** The columns that may hold a field: the first that has something in a row counts. */
  readonly columns: Partial<Record<ImportField, readonly string[]>>;
  readonly words?: ExtraWords;
  /** Docket's own export: ids are kept, and nothing is added to the details, so that it can be written again. */
  readonly exact?: boolean;
  /** Ignored columns, each with the reason for the report. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** Tickets of the source have no title: the beginning of the description stands in. */
  readonly titleFromDescription?: boolean;
}
