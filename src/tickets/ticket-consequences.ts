import { type Row } from '../database/row.js';
import { changesOf, differing } from './ticket-changes.js';
import { type FieldChange, TicketEventKind } from './ticket-event.entity.js';
import { mailsOfAssignment, mailsOfChanges, NO_MAILS, silenced } from './ticket-mails.js';
import { type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { isActive, type Ticket, TicketStatus } from './ticket.entity.js';
import { type TicketValues } from './ticket.fields.js';

export function isStatus(value: unknown): value is TicketStatus {
  return Object.values<unknown>(TicketStatus).includes(value);
}

/** The values that a change writes, with `closedAt` as the status needs it; null when nothing changes. */
export function changeOf(
  ticket: Row<Ticket>,
  given: TicketValues,
  at: string,
): { readonly values: TicketValues; readonly changes: readonly FieldChange[] } | null {
  const values = differing(ticket, given);
  const changes = changesOf(ticket, values);
  if (changes.length === 0) return null;
  const { status } = values;
  const closing = isStatus(status) ? { closedAt: isActive(status) ? null : at } : {};
  return { values: { ...values, ...closing, updatedAt: at }, changes };
}

/**
 * The write for new values of a ticket, with what follows from them: `closedAt`, the event and the mails.
 * @param notified false for a silent change
 */
export function changed(
  actorId: string,
  snapshot: TicketSnapshot,
  given: TicketValues,
  at: string,
  notified = true,
): TicketWrite | null {
  const { ticket } = snapshot;
  const change = changeOf(ticket, given, at);
  if (change === null) return null;
  const { values, changes } = change;
  const status = isStatus(values.status) ? values.status : ticket.status;
  const assignedToId = typeof values.assignedToId === 'string' ? values.assignedToId : null;
  const mails =
    values.assignedToId === undefined
      ? mailsOfChanges(snapshot, changes, actorId)
      : mailsOfAssignment({ status, assignedToId, actorId });
  return writeOf(snapshot, { ...change, actorId, at, kind: TicketEventKind.CHANGED, mails, notified });
}

interface Decision extends Pick<TicketWrite, 'actorId' | 'at' | 'values'>, Partial<Pick<TicketWrite, 'mails'>> {
  readonly kind: TicketEventKind;
  readonly changes?: readonly FieldChange[];
  readonly commentId?: string;
  /** Default true. */
  readonly notified?: boolean;
}

/** Builds a write, as the store takes it. */
export function writeOf(snapshot: TicketSnapshot, decision: Decision): TicketWrite {
  const { ticket, revision } = snapshot;
  const { kind, changes = [], commentId = null, notified = true, mails: owed = NO_MAILS, ...others } = decision;
  const mails = notified ? owed : silenced(owed, snapshot, { changes, actorId: decision.actorId });
  return { ticketId: ticket.id, revision, event: { kind, changes, commentId, notified }, mails, ...others };
}
