import { type Viewer } from '../accounts/viewer.js';
import { forbidden, UserErrorCode, type UserInputError, userInputError } from '../graphql/errors.js';
import { InputCheck } from '../graphql/input-check.js';
import { NotificationCancelReason } from '../notifications/notification.entity.js';
import { changesOf, differing, givenValues, newValues } from './ticket-changes.js';
import { TicketEventKind } from './ticket-event.entity.js';
import { COMMENT } from '../notifications/merge-changes.js';
import { mailsOfAssignment, mailsOfChanges, NO_MAILS } from './ticket-mails.js';
import { type TicketMails, type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { isActive, type Ticket, TicketStatus } from './ticket.entity.js';
import { type ChangeRight, TICKET_FIELDS, type TicketChange, type TicketValues } from './ticket.fields.js';
import { type CreateTicketInput } from './ticket.inputs.js';
import {
  canAssignTicket,
  canChangeStatus,
  canCreateTicket,
  canDeleteTicket,
  canEditTicket,
  factsOfRow,
  type TicketFacts,
} from './ticket.policy.js';
import { type Row } from '../database/row.js';

/**
 * What becomes of tickets: pure functions of the viewer, what was read, the input and the time. They throw what the client
 * is told: FORBIDDEN, or a UserInputError. Null: nothing is to be written.
 */

/** The ids of the people and products that an input names; what the input leaves out is undefined. */
export interface NamedIds {
  readonly assignedToId: string | null | undefined;
  readonly productId: string | null | undefined;
  /** What could not be found. */
  readonly faults: InputCheck;
}

/** What a ticket names, as far as it is still there. */
export interface LivingReferences {
  readonly assignedToId: string | null;
  readonly productId: string | null;
  readonly duplicateOfId: string | null;
}

const RIGHTS: Readonly<Record<ChangeRight, { may: (viewer: Viewer, facts: TicketFacts) => boolean; refusal: string }>> =
  {
    edit: { may: canEditTicket, refusal: 'You may not edit this ticket.' },
    status: { may: canChangeStatus, refusal: "You may not change this ticket's status." },
    assign: { may: canAssignTicket, refusal: 'You may not assign this ticket.' },
  };

function checkRight(viewer: Viewer, ticket: Row<Ticket>, right: ChangeRight): void {
  const { may, refusal } = RIGHTS[right];
  if (!may(viewer, factsOfRow(ticket))) throw forbidden(refusal);
}

/** @throws FORBIDDEN for a field that the viewer may not change: it is never skipped */
export function checkRights(viewer: Viewer, ticket: Row<Ticket>, change: TicketChange): void {
  const needed = new Set(
    TICKET_FIELDS.flatMap(({ input, right }) =>
      input !== null && right && change[input] !== undefined ? [right] : [],
    ),
  );
  for (const right of needed) checkRight(viewer, ticket, right);
}

/** @throws UserInputError CONFLICT when the client looked at another version */
function checkVersion({ id, version }: Row<Ticket>, expected: number | null | undefined): void {
  if (expected == null || expected === version) return;
  throw userInputError(
    UserErrorCode.CONFLICT,
    'expectedVersion',
    'Somebody changed the ticket meanwhile. Look at what it is now, and make your change again.',
    { ticketId: id },
  );
}

function isStatus(value: unknown): value is TicketStatus {
  return Object.values<unknown>(TicketStatus).includes(value);
}

function eventOf(kind: TicketEventKind, changes: TicketWrite['event']['changes'] = []): TicketWrite['event'] {
  return { kind, changes, commentId: null };
}

/** Whether a change makes a ticket active again that somebody is assigned to, whose account may be deleted by now. */
export function reopensAssigned(ticket: Row<Ticket>, { status }: TicketChange): boolean {
  return status != null && ticket.assignedToId !== null && isActive(status) && !isActive(ticket.status);
}

/** Whether a change must lock people or products, so that they are not deleted at the same moment. */
export function needsLocks(ticket: Row<Ticket>, change: TicketChange): boolean {
  return change.assignedTo !== undefined || change.productId !== undefined || reopensAssigned(ticket, change);
}

/** @param field the input's field that holds the id */
export function noSuchTicket(field: string): UserInputError {
  return userInputError(UserErrorCode.NOT_FOUND, field, 'There is no ticket with this id.');
}

/** @throws FORBIDDEN without the right */
export function checkMayCreate(viewer: Viewer): void {
  if (!canCreateTicket(viewer)) throw forbidden('Your account may not create tickets.');
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
    event: eventOf(TicketEventKind.CREATED),
    mails: { ...mailsOfAssignment({ status, assignedToId, actorId: viewer.id }), cancels: null },
    actorId: viewer.id,
    at,
  };
}

/**
 * A ticket of another system, as it was there.
 * @param sendsMail whether its assignee gets the mail that a new ticket brings
 */
export function importTicket(
  values: Pick<Row<Ticket>, 'id' | 'status' | 'createdById' | 'assignedToId' | 'createdAt'> & TicketValues,
  { sendsMail, now }: { readonly sendsMail: boolean; readonly now: string },
): TicketWrite {
  const { id, status, assignedToId, createdById: actorId, createdAt } = values;
  const mails = sendsMail ? { ...mailsOfAssignment({ status, assignedToId, actorId }), cancels: null } : NO_MAILS;
  return {
    ticketId: id,
    revision: null,
    values,
    event: eventOf(TicketEventKind.CREATED),
    mails,
    actorId,
    at: createdAt,
    notifiedAt: now,
  };
}

/**
 * Changes the fields that are given.
 * @param named needed for a change that names people or products
 * @param living of a ticket that is reopened: needed when `reopensAssigned`
 */
export function updateTicket(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  { expectedVersion, ...change }: TicketChange & { readonly expectedVersion?: number | null },
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
  // A closed ticket keeps an assignee whose account is deleted; once it is active again, it must not wait for them.
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
  );
}

/** New values of a ticket with what follows from them: when it was closed, the event, and the mails. */
function changed(actorId: string, snapshot: TicketSnapshot, given: TicketValues, at: string): TicketWrite | null {
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
  return writeOf(
    actorId,
    snapshot,
    { ...values, ...closing, updatedAt: at },
    TicketEventKind.CHANGED,
    changes,
    mails,
    at,
  );
}

function writeOf(
  actorId: string,
  { ticket, revision }: TicketSnapshot,
  values: TicketValues | null,
  kind: TicketEventKind,
  changes: TicketWrite['event']['changes'],
  mails: TicketMails,
  at: string,
): TicketWrite {
  return { ticketId: ticket.id, revision, values, event: eventOf(kind, changes), mails, actorId, at };
}

/** Soft: `restoreTicket` brings it back. @throws FORBIDDEN without the right */
export function deleteTicket(viewer: Viewer, snapshot: TicketSnapshot, at: string): TicketWrite {
  if (!canDeleteTicket(viewer, factsOfRow(snapshot.ticket))) throw forbidden('You may not delete this ticket.');
  const mails = { ...NO_MAILS, cancels: NotificationCancelReason.TICKET_DELETED };
  return writeOf(viewer.id, snapshot, { deletedAt: at }, TicketEventKind.DELETED, [], mails, at);
}

/** Brings a deleted ticket back, without what it named and is gone (docs/decisions/0032-duplicates-and-restoring.md). */
export function restoreTicket(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  living: LivingReferences,
  at: string,
): TicketWrite | null {
  const { ticket } = snapshot;
  if (ticket.deletedAt === null) return null;
  const values = differing(ticket, { ...living });
  const changes = changesOf(ticket, values);
  return writeOf(viewer.id, snapshot, { ...values, deletedAt: null }, TicketEventKind.RESTORED, changes, NO_MAILS, at);
}

function conflict(message: string) {
  return userInputError(UserErrorCode.CONFLICT, 'duplicateOfId', message);
}

/**
 * Links a ticket to the one that it repeats.
 * @param original null for one that the viewer cannot see
 * @param links what the viewer can see of them
 * @throws FORBIDDEN without the right to edit the ticket; UserInputError for tickets that cannot be linked
 */
export function markDuplicate(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  original: { readonly id: string; readonly isDuplicate: boolean } | null,
  { close, hasDuplicates }: { readonly close: boolean; readonly hasDuplicates: boolean },
  at: string,
): TicketWrite | null {
  const { ticket } = snapshot;
  checkRight(viewer, ticket, 'edit');
  if (original?.id === ticket.id) {
    throw userInputError(UserErrorCode.INVALID, 'duplicateOfId', 'A ticket is not a duplicate of itself.');
  }
  if (original === null) throw noSuchTicket('duplicateOfId');
  if (original.isDuplicate) throw conflict('That ticket is a duplicate itself. Choose its original.');
  if (hasDuplicates) {
    throw conflict('Other tickets are duplicates of this one. Mark them as duplicates of the other one first.');
  }
  const closing = close && isActive(ticket.status) ? { status: TicketStatus.CLOSED } : {};
  return changed(viewer.id, snapshot, { duplicateOfId: original.id, ...closing }, at);
}

/** Takes a link away. The status stays. @throws FORBIDDEN without the right to edit the ticket */
export function unmarkDuplicate(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  { seesOriginal }: { readonly seesOriginal: boolean },
  at: string,
): TicketWrite | null {
  checkRight(viewer, snapshot.ticket, 'edit');
  return seesOriginal ? changed(viewer.id, snapshot, { duplicateOfId: null }, at) : null;
}

/** What a new comment does to its ticket: an event, and a mail unless the comment is internal. */
export function commentOn(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  comment: { readonly id: string; readonly internal: boolean },
  at: string,
): TicketWrite {
  const told = [{ field: COMMENT, from: null, to: comment.id }];
  const mails = comment.internal ? NO_MAILS : mailsOfChanges(snapshot, told, viewer.id);
  const write = writeOf(viewer.id, snapshot, null, TicketEventKind.COMMENTED, [], mails, at);
  return { ...write, event: { ...write.event, commentId: comment.id } };
}

/** Takes a deleted user off a ticket. Their mails are cancelled with the account. */
export function unassignDeletedUser(actorId: string, snapshot: TicketSnapshot, at: string): TicketWrite {
  const values = { assignedToId: null };
  const changes = changesOf(snapshot.ticket, values);
  return writeOf(actorId, snapshot, { ...values, updatedAt: at }, TicketEventKind.CHANGED, changes, NO_MAILS, at);
}
