import { isDeepStrictEqual } from 'node:util';
import { type FieldChange } from './ticket-event.entity.js';
import { type Ticket } from './ticket.entity.js';

/** A ticket's fields as its history records them: people, products and tickets by id, details as JSON. */
export function recordedFields(ticket: Ticket): Record<string, string | null> {
  return {
    title: ticket.title,
    description: ticket.description,
    details: ticket.details === null ? null : JSON.stringify(ticket.details),
    type: ticket.type,
    priority: ticket.priority,
    status: ticket.status,
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
