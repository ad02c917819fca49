import { isDeepStrictEqual } from 'node:util';
import { type FieldChange } from './ticket-event.entity.js';
import { type InputCheck } from '../common/input-check.js';
import { type Ticket } from './ticket.entity.js';
import { type UpdateTicketInput } from './ticket.inputs.js';

/** Requirements C19. */
export const TITLE = { most: 200 };
export const DESCRIPTION = { most: 10_000 };

/** The fields of a ticket that name nobody and nothing else. */
export type OwnFields = Pick<Ticket, 'title' | 'description' | 'details' | 'type' | 'priority' | 'status'>;

/** Those of the fields that differ from the ticket's once the input is put into it. Adds what is wrong with it to the check. */
export function ownChanges(
  ticket: OwnFields,
  input: Omit<UpdateTicketInput, 'id'>,
  check: InputCheck,
): Partial<OwnFields> {
  const given: Partial<OwnFields> = {};
  if (check.requiredInUpdate('title', input.title)) given.title = check.text('title', input.title, TITLE);
  if (check.requiredInUpdate('description', input.description)) {
    given.description = check.text('description', input.description, DESCRIPTION);
  }
  if (input.details !== undefined) {
    const details = check.json('details', input.details);
    if (!sameJson(details, ticket.details)) given.details = details;
  }
  if (check.requiredInUpdate('type', input.type)) given.type = input.type;
  if (check.requiredInUpdate('priority', input.priority)) given.priority = input.priority;
  if (check.requiredInUpdate('status', input.status)) given.status = input.status;
  return given;
}

/** The own fields as the history records them: details as JSON. */
export function recordedOwnFields(ticket: OwnFields): Record<string, string | null> {
  return {
    title: ticket.title,
    description: ticket.description,
    details: ticket.details === null ? null : JSON.stringify(ticket.details),
    type: ticket.type,
    priority: ticket.priority,
    status: ticket.status,
  };
}

/** A ticket's fields as its history records them: people, products and tickets by id. */
export function recordedFields(ticket: Ticket): Record<string, string | null> {
  return {
    ...recordedOwnFields(ticket),
    product: ticket.product?.id ?? null,
    assignedTo: ticket.assignedTo?.id ?? null,
    duplicateOf: ticket.duplicateOf?.id ?? null,
  };
}

/** What differs between two records of the same ticket. */
export function changesBetween(
  before: Record<string, string | null>,
  after: Record<string, string | null>,
): FieldChange[] {
  return Object.keys(after)
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, from: before[field] ?? null, to: after[field] ?? null }));
}

/** Whether two JSON values are the same, in whatever order their keys stand: PostgreSQL keeps its own. */
export function sameJson(one: unknown, other: unknown): boolean {
  // Through text, for an object literal in a query has no prototype.
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}
