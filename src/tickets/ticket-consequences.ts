import { changesOf, differing } from './ticket-changes.js';
import { type FieldChange, TicketEventKind } from './ticket-event.entity.js';
import { mailsOfAssignment, mailsOfChanges, NO_MAILS } from './ticket-mails.js';
import { type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { isActive, TicketStatus } from './ticket.entity.js';
import { type TicketValues } from './ticket.fields.js';

export function isStatus(value: unknown): value is TicketStatus {
  return Object.values<unknown>(TicketStatus).includes(value);
}

/** The write for new values of a ticket, with what follows from them: `closedAt`, the event and the mails. */
export function changed(
  actorId: string,
  snapshot: TicketSnapshot,
  given: TicketValues,
  at: string,
): TicketWrite | null {
  const { ticket } = snapshot;
  const values = differing(ticket, given);
  const changes = changesOf(ticket, values);
  if (changes.length === 0) return null;
  const status = isStatus(values.status) ? values.status : ticket.status;
  const assignedToId = typeof values.assignedToId === 'string' ? values.assignedToId : null;
  const mails =
    values.assignedToId === undefined
      ? mailsOfChanges(snapshot, changes, actorId)
      : mailsOfAssignment({ status, assignedToId, actorId });
  const closing = values.status === undefined ? {} : { closedAt: isActive(status) ? null : at };
  return writeOf(snapshot, {
    actorId,
    at,
    kind: TicketEventKind.CHANGED,
    values: { ...values, ...closing, updatedAt: at },
    changes,
    mails,
  });
}

interface Decision extends Pick<TicketWrite, 'actorId' | 'at' | 'values'>, Partial<Pick<TicketWrite, 'mails'>> {
  readonly kind: TicketEventKind;
  readonly changes?: readonly FieldChange[];
  readonly commentId?: string;
}

/** Builds a write, as the store takes it. */
export function writeOf({ ticket, revision }: TicketSnapshot, decision: Decision): TicketWrite {
  const { kind, changes = [], commentId = null, mails = NO_MAILS, ...others } = decision;
  return { ticketId: ticket.id, revision, event: { kind, changes, commentId }, mails, ...others };
}
