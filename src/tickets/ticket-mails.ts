import { mergeChanges, withoutFieldsOf, withoutSetBack } from '../notifications/merge-changes.js';
import { NotificationCancelReason, NotificationKind } from '../notifications/notification.entity.js';
import { type FieldChange } from './ticket-event.entity.js';
import { isActive, type TicketStatus } from './ticket.entity.js';
import { type TicketMails, type TicketSnapshot, type WaitingMail } from './ticket-write.js';

export const NO_MAILS: TicketMails = { holds: [], pending: null, merged: null, cancels: null };

/**
 * The mails of a write that is silent: it enqueues none and adds nothing to pending ones. What it makes untrue is still
 * left out or cancelled, such as a value that it sets back, and mails to a former assignee.
 * @param mails those that it would have if it were not silent
 */
export function silenced(
  mails: TicketMails,
  { ticket: { assignedToId }, waiting }: TicketSnapshot,
  { changes, actorId }: { readonly changes: readonly FieldChange[]; readonly actorId: string | null },
): TicketMails {
  const silent = { ...mails, pending: null };
  // What the assignees know by themselves is left out of their mail.
  if (actorId === assignedToId) return silent;
  const update = waiting.find(({ kind }) => kind === NotificationKind.UPDATED);
  const left = update && withoutSetBack(update.changes, changes);
  const merged =
    left && left.length < update.changes.length ? { id: update.id, changes: left, keepsActor: true } : null;
  return { ...silent, merged };
}

/**
 * Mails for a change of assignee: pending mails are cancelled, and the new assignee, if any, gets an ASSIGNED mail,
 * unless they assigned the ticket to themselves or it is done (docs/behaviour.md, "Mails").
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

/** Mails to the assignee about other changes (docs/decisions/0020-update-mails.md). */
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
      // A mail with changes by several people names no author.
      keepsActor: isAssignee || update.actorId === actorId,
    };
    return { ...NO_MAILS, holds: waiting, merged };
  }
  // A pending ASSIGNED mail shows the ticket as it is at the time of sending, so it includes these changes.
  const isTold = isAssignee || waiting.some(({ kind }) => kind === NotificationKind.ASSIGNED);
  if (isTold) return { ...NO_MAILS, holds: waiting };
  return { ...NO_MAILS, pending: { kind: NotificationKind.UPDATED, recipientId: assignedToId, changes } };
}

/** A mail to the assignee that the deletion of the ticket cancelled. */
export type CancelledMail = Pick<WaitingMail, 'kind' | 'actorId' | 'changes'>;

/**
 * The mail that becomes pending again for a restored ticket, given the mails that its deletion cancelled, oldest first:
 * the ASSIGNED mail, or else one about all changes (docs/behaviour.md, "Deleting and restoring").
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
