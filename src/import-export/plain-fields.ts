import { characters } from '../common/input-check.js';
import {
  type TicketField,
  type TicketProperty,
  type TicketValues,
  TRANSFERRED_FIELDS,
} from '../tickets/ticket.fields.js';
import { type DraftRules, RowError } from './draft-rules.js';
import { type Attempt } from './draft-values.js';
import { type Row } from './row.js';

/** Fields with rules of their own: what stands in for them, what they may be called, how they go together. */
const HANDLED = new Set<TicketProperty>([
  'id',
  'title',
  'description',
  'details',
  'type',
  'priority',
  'status',
  'product',
  'createdBy',
  'assignedTo',
  'duplicateOf',
  'createdAt',
  'updatedAt',
  'closedAt',
]);

/** All others, which are read as their kind says. */
const PLAIN = TRANSFERRED_FIELDS.filter(({ imported, property }) => imported && !HANDLED.has(property));

/** @throws RowError for what is not of the field's kind */
export function plainValue(field: TicketField, text: string, rules: Pick<DraftRules, 'anyInstant'>): unknown {
  const { property } = field;
  if (field.kind === 'instant') return rules.anyInstant(text, property).toISOString();
  if (field.kind === 'text') {
    if (characters(text) <= field.maxLength) return text;
    throw new RowError(`${property}: it has more than ${field.maxLength.toLocaleString('en')} characters.`);
  }
  if (field.kind === 'enum' && field.values.includes(text)) return text;
  if (field.kind === 'integer' && Number.isSafeInteger(Number(text))) return Number(text);
  throw new RowError(`${property}: "${text}" is not one of its values.`);
}

/** The values of a row's plain fields. */
export function readPlainFields(row: Row, rules: DraftRules, attempt: Attempt): TicketValues {
  return Object.fromEntries(
    PLAIN.flatMap((field) => {
      const text = row.value(field.property);
      return text === null ? [] : [[field.column, attempt(() => plainValue(field, text, rules), null)]];
    }),
  );
}
