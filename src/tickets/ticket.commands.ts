import { type Viewer } from '../accounts/viewer.js';
import { ForbiddenError } from '../common/errors.js';
import { UserErrorCode, userInputError } from '../common/user-errors.js';
import { InputCheck } from '../common/input-check.js';
import { NotificationCancelReason } from '../notifications/notification.entity.js';
import { changesOf, differing, givenValues, newValues } from './ticket-changes.js';
import { changed, isStatus, writeOf } from './ticket-consequences.js';
import { checkMayCreate, checkRights } from './ticket-rights.js';
import { type FieldChange, TicketEventKind } from './ticket-event.entity.js';
import { COMMENT } from '../notifications/merge-changes.js';
import { type CancelledMail, mailsOfRestoring, mailsOfAssignment, mailsOfChanges, NO_MAILS } from './ticket-mails.js';
import { type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { isActive, type Ticket, TicketStatus } from './ticket.entity.js';
import { type TicketChange, type TicketValues } from './ticket.fields.js';
import { type CreateTicketInput, type UpdateTicketInput } from './ticket.inputs.js';
import { canDeleteTicket, factsOfRow } from './ticket.policy.js';
import { type Row } from '../database/row.js';

/**
 * Commands: pure functions of viewer, snapshot, input and time that decide what to write. They throw FORBIDDEN or a
 * UserInputError for the client. Null: there is nothing to write.
 */

/** The ids of the people and products that an input names; undefined for a reference that the input leaves out. */
export interface NamedIds {
  readonly assignedToId: string | null | undefined;
  readonly productId: string | null | undefined;
  /** NOT_FOUND for each reference that does not exist. */
  readonly faults: InputCheck;
}

const CREATED = { kind: TicketEventKind.CREATED, changes: [], commentId: null, notified: true };

/** The references of a ticket that still exist; null for the others. */
export interface LivingReferences {
  readonly assignedToId: string | null;
  readonly productId: string | null;
  readonly duplicateOfId: string | null;
}

/** @throws UserInputError CONFLICT when the client expects another version */
function checkVersion({ id, version }: Row<Ticket>, expected: number | null | undefined): void {
  if (expected == null || expected === version) return;
  throw userInputError(
    UserErrorCode.CONFLICT,
    'expectedVersion',
    'Somebody changed the ticket meanwhile. Look at what it is now, and make your change again.',
    { ticketId: id },
  );
}

/** Whether a change reopens a ticket with an assignee. The assignee's account may have been deleted since. */
export function reopensAssigned(ticket: Row<Ticket>, { status }: TicketChange): boolean {
  return status != null && ticket.assignedToId !== null && isActive(status) && !isActive(ticket.status);
}

/** Whether a change must lock people or products against concurrent deletion. */
export function needsLocks(ticket: Row<Ticket>, change: TicketChange): boolean {
  return change.assignedTo !== undefined || change.productId !== undefined || reopensAssigned(ticket, change);
}

/**
 * @param id the client's own, or a new one
 * @param at ISO 8601, as in all commands
 */
export function createTicket(
  viewer: Viewer,
  id: string,
  input: CreateTicketInput,
  named: NamedIds,
  at: string,
): TicketWrite {
  checkMayCreate(viewer);
  const check = new InputCheck();
  const values = newValues(input, check);
  check.include(named.faults);
  check.done();
  const { assignedToId = null, productId = null } = named;
  const status = isStatus(values.status) ? values.status : TicketStatus.OPEN;
  const notified = input.notify ?? true;
  const mails = { ...mailsOfAssignment({ status, assignedToId, actorId: viewer.id }), cancels: null };
  return {
    ticketId: id,
    revision: null,
    values: {
      ...values,
      id,
      assignedToId,
      productId,
      createdById: viewer.id,
      createdAt: at,
      closedAt: isActive(status) ? null : at,
    },
    event: { ...CREATED, notified },
    mails: notified ? mails : NO_MAILS,
    actorId: viewer.id,
    at,
  };
}

/**
 * A ticket of another system, with its own timestamps and author.
 * @param options.sendsMail whether its assignee gets an ASSIGNED mail, unless the other system told nobody of it
 * @param options.notified whether the other system told people of it
 */
export function importTicket(
  values: Pick<Row<Ticket>, 'id' | 'status' | 'createdById' | 'assignedToId' | 'createdAt'> & TicketValues,
  { sendsMail, notified, now }: { readonly sendsMail: boolean; readonly notified: boolean; readonly now: string },
): TicketWrite {
  const { id, status, assignedToId, createdById: actorId, createdAt } = values;
  const mails =
    sendsMail && notified ? { ...mailsOfAssignment({ status, assignedToId, actorId }), cancels: null } : NO_MAILS;
  return {
    ticketId: id,
    revision: null,
    values,
    event: { ...CREATED, notified },
    mails,
    actorId,
    at: createdAt,
    notifiedAt: now,
  };
}

/**
 * Changes the fields that are given.
 * @param named required for a change that names people or products
 * @param living required when `reopensAssigned`
 */
export function updateTicket(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  { expectedVersion, notify, ...change }: TicketChange & Pick<UpdateTicketInput, 'expectedVersion' | 'notify'>,
  at: string,
  named?: NamedIds,
  living?: Pick<LivingReferences, 'assignedToId'>,
): TicketWrite | null {
  const { ticket } = snapshot;
  checkRights(viewer, ticket, change);
  checkVersion(ticket, expectedVersion);
  const check = new InputCheck();
  const given = givenValues(change, check);
  if (named) check.include(named.faults);
  check.done();
  // A closed ticket keeps an assignee whose account is deleted; when it is reopened it becomes unassigned.
  const assignedToId = living && reopensAssigned(ticket, change) ? living.assignedToId : undefined;
  return changed(
    viewer.id,
    snapshot,
    {
      ...given,
      assignedToId: named?.assignedToId === undefined ? assignedToId : named.assignedToId,
      productId: named?.productId,
    },
    at,
    notify ?? true,
  );
}

/** Soft: `restoreTicket` brings it back. @throws FORBIDDEN without the right */
export function deleteTicket(viewer: Viewer, snapshot: TicketSnapshot, at: string): TicketWrite {
  if (!canDeleteTicket(viewer, factsOfRow(snapshot.ticket)))
    throw new ForbiddenError('You may not delete this ticket.');
  const mails = { ...NO_MAILS, cancels: NotificationCancelReason.TICKET_DELETED };
  return writeOf(snapshot, {
    actorId: viewer.id,
    at,
    kind: TicketEventKind.DELETED,
    values: { deletedAt: at },
    mails,
  });
}

/**
 * Brings a deleted ticket back, without references to what was deleted meanwhile
 * (docs/decisions/0032-duplicates-and-restoring.md).
 * @param found its references that still exist, and the mails to its assignee that the deletion cancelled
 */
export function restoreTicket(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  { living, cancelled }: { readonly living: LivingReferences; readonly cancelled: readonly CancelledMail[] },
  at: string,
): TicketWrite | null {
  const { ticket } = snapshot;
  if (ticket.deletedAt === null) return null;
  const values = differing(ticket, { ...living });
  const changes = changesOf(ticket, values);
  return writeOf(snapshot, {
    actorId: viewer.id,
    at,
    kind: TicketEventKind.RESTORED,
    values: { ...values, deletedAt: null },
    changes,
    mails: mailsOfRestoring({ status: ticket.status, assignedToId: living.assignedToId }, cancelled),
  });
}

/**
 * The effect of a new comment on its ticket: an event, and a mail unless the comment is internal or silent.
 * @param comment `notify` as in CreateCommentInput
 * @param followed what the system changes because of the comment, which the same mail tells
 */
export function commentOn(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  comment: { readonly id: string; readonly internal: boolean; readonly notify?: boolean | null | undefined },
  at: string,
  followed: readonly FieldChange[] = [],
): TicketWrite {
  const told = [...followed, { field: COMMENT, from: null, to: comment.id }];
  const mails = comment.internal ? NO_MAILS : mailsOfChanges(snapshot, told, viewer.id);
  return writeOf(snapshot, {
    actorId: viewer.id,
    at,
    kind: TicketEventKind.COMMENTED,
    values: null,
    commentId: comment.id,
    mails,
    notified: comment.notify ?? true,
  });
}

/** Takes a deleted user off a ticket. Their mails are cancelled with the account. */
export function unassignDeletedUser(actorId: string, snapshot: TicketSnapshot, at: string): TicketWrite {
  return writeOf(snapshot, {
    actorId,
    at,
    kind: TicketEventKind.CHANGED,
    values: { assignedToId: null, updatedAt: at },
    changes: changesOf(snapshot.ticket, { assignedToId: null }),
  });
}
