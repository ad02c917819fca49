import { isDeepStrictEqual } from 'node:util';
import { type Row } from '../database/row.js';
import { UserErrorCode } from '../common/user-errors.js';
import { type InputCheck } from '../common/input-check.js';
import { type TicketChange, type TicketField, TICKET_FIELDS, type TicketValues } from './ticket.fields.js';
import { type FieldChange } from './ticket-event.entity.js';
import { type Ticket } from './ticket.entity.js';
import { type CreateTicketInput } from './ticket.inputs.js';

type InputField = TicketField & { readonly input: keyof TicketChange };

/** The fields that an input sets by value. People and products are looked up instead (ticket-references.ts). */
const INPUT_FIELDS = TICKET_FIELDS.filter(
  (field): field is typeof field & InputField => field.input !== null && field.kind !== 'reference',
);
const RECORDED_FIELDS = TICKET_FIELDS.filter(({ recorded }) => recorded);

function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Validates and normalizes a value. Adds its faults to the check. */
function checked(check: InputCheck, field: InputField, value: unknown): unknown {
  if (field.kind === 'text') {
    const text = typeof value === 'string' ? value : '';
    const limits = { most: field.maxLength };
    return field.nullable ? check.optionalText(field.input, text, limits) : check.text(field.input, text, limits);
  }
  if (field.kind === 'json') return check.json(field.input, isJsonObject(value) ? value : null);
  return value instanceof Date ? value.toISOString() : value;
}

/** The values of a new ticket, from the input or by default. */
export function newValues(input: CreateTicketInput, check: InputCheck): TicketValues {
  return Object.fromEntries(
    INPUT_FIELDS.map((field) => [field.column, checked(check, field, input[field.input] ?? field.initial ?? null)]),
  );
}

/** The values that an input sets. A field that is left out is not changed. */
export function givenValues(input: TicketChange, check: InputCheck): TicketValues {
  const values: Record<string, unknown> = {};
  for (const field of INPUT_FIELDS) {
    const value = input[field.input];
    if (value === undefined) continue;
    if (value !== null) values[field.column] = checked(check, field, value);
    else if (field.nullable) values[field.column] = null;
    else check.add(UserErrorCode.REQUIRED, field.input, 'This cannot be empty.');
  }
  return values;
}

/** Compares JSON values regardless of the order of keys: PostgreSQL stores them in its own order. */
function isSame(one: unknown, other: unknown): boolean {
  if (!isJsonObject(one) || !isJsonObject(other)) return one === other;
  // By way of text, as GraphQL.js parses object literals to objects without a prototype.
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

/** The values that differ from the ticket's present ones. */
export function differing(ticket: Row<Ticket>, values: TicketValues): TicketValues {
  return Object.fromEntries(
    TICKET_FIELDS.flatMap(({ column }) =>
      values[column] === undefined || isSame(ticket[column], values[column]) ? [] : [[column, values[column]]],
    ),
  );
}

/** A value as the history records it: people, products and tickets by id, JSON as text. */
function recordedText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The history's entries for values that differ from the ticket's. */
export function changesOf(ticket: Row<Ticket>, values: TicketValues): FieldChange[] {
  return RECORDED_FIELDS.filter(({ column }) => values[column] !== undefined).map(({ property, column }) => ({
    field: property,
    from: recordedText(ticket[column]),
    to: recordedText(values[column]),
  }));
}
