import { mergeChanges, withoutFieldsOf } from '../notifications/merge-changes.js';
import { NotificationCancelReason, NotificationKind } from '../notifications/notification.entity.js';
import { type FieldChange } from './ticket-event.entity.js';
import { isActive, type TicketStatus } from './ticket.entity.js';
import { type TicketMails, type TicketSnapshot, type WaitingMail } from './ticket-write.js';

export const NO_MAILS: TicketMails = { holds: [], pending: null, merged: null, cancels: null };

/**
 * The mails of a ticket with a new assignee, or none any more: those that wait are cancelled. The assignee gets one unless
 * they assigned the ticket to themselves, or it is done (docs/behaviour.md, "Mails").
 */
export function mailsOfAssignment(assignment: {
  readonly status: TicketStatus;
  readonly assignedToId: string | null;
  readonly actorId: string;
}): TicketMails {
  const { status, assignedToId, actorId } = assignment;
  if (assignedToId === null) return { ...NO_MAILS, cancels: NotificationCancelReason.UNASSIGNED };
  const isNews = assignedToId !== actorId && isActive(status);
  const pending = isNews ? { kind: NotificationKind.ASSIGNED, recipientId: assignedToId, changes: [] } : null;
  return { ...NO_MAILS, pending, cancels: NotificationCancelReason.REASSIGNED };
}

/** The mails that tell the assignee of other changes (docs/decisions/0020-update-mails.md). */
export function mailsOfChanges(
  { ticket: { assignedToId }, waiting }: TicketSnapshot,
  changes: readonly FieldChange[],
  actorId: string,
): TicketMails {
  if (assignedToId === null) return NO_MAILS;
  const isAssignee = actorId === assignedToId;
  const update = waiting.find(({ kind }) => kind === NotificationKind.UPDATED);
  if (update) {
    const merged = {
      id: update.id,
      changes: isAssignee ? withoutFieldsOf(update.changes, changes) : mergeChanges(update.changes, changes),
      // A mail with several people's changes names nobody.
      keepsActor: isAssignee || update.actorId === actorId,
    };
    return { ...NO_MAILS, holds: waiting, merged };
  }
  // An ASSIGNED mail shows the ticket as it is when it is sent: these changes are in it.
  const isTold = isAssignee || waiting.some(({ kind }) => kind === NotificationKind.ASSIGNED);
  if (isTold) return { ...NO_MAILS, holds: waiting };
  return { ...NO_MAILS, pending: { kind: NotificationKind.UPDATED, recipientId: assignedToId, changes } };
}

/** A mail to the assignee that the deletion of the ticket cancelled. */
export type CancelledMail = Pick<WaitingMail, 'kind' | 'actorId' | 'changes'>;

/**
 * The mail that a restored ticket's assignee gets again, of those that its deletion cancelled, oldest first: the one about
 * the assignment, or else one about all changes (docs/behaviour.md, "Deleting and restoring").
 */
export function mailsOfRestoring(
  { status, assignedToId }: { readonly status: TicketStatus; readonly assignedToId: string | null },
  cancelled: readonly CancelledMail[],
): TicketMails {
  if (assignedToId === null) return NO_MAILS;
  const assigned = cancelled.findLast(({ kind }) => kind === NotificationKind.ASSIGNED);
  if (assigned) {
    if (!isActive(status)) return NO_MAILS;
    const { kind, actorId } = assigned;
    return { ...NO_MAILS, pending: { kind, recipientId: assignedToId, changes: [], actorId } };
  }
  const changes = cancelled.reduce<FieldChange[]>((merged, mail) => mergeChanges(merged, mail.changes), []);
  if (changes.length === 0) return NO_MAILS;
  const [actorId = null, ...otherActors] = new Set(cancelled.map((mail) => mail.actorId));
  const pending = {
    kind: NotificationKind.UPDATED,
    recipientId: assignedToId,
    changes,
    actorId: otherActors.length > 0 ? null : actorId,
  };
  return { ...NO_MAILS, pending };
}
