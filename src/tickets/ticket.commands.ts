import { type Viewer } from '../accounts/viewer.js';
import { ForbiddenError } from '../common/errors.js';
import { UserErrorCode, userInputError } from '../common/user-errors.js';
import { InputCheck } from '../common/input-check.js';
import { changesOf, differing, givenValues, newValues } from './ticket-changes.js';
import { mailedComment } from '../notifications/mailed-changes.js';
import { buildChange, isStatus, mentionsOf, withTextMentions, buildWrite } from './ticket-write-builder.js';
import { checkMayCreate, checkRights } from './ticket-rights.js';
import { type FieldChange, TicketEventKind } from './ticket-event.entity.js';
import {
  type CancelledMail,
  MAILS_OF_DELETION,
  mailsOfComment,
  mailsOfCreation,
  mailsOfRestoring,
  NO_MAILS,
  silenced,
  withMentioned,
} from './ticket-mails.js';
import { type MentionedUsers, type TicketMails, type TicketSnapshot, type TicketWrite } from './ticket-write.js';
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
export interface ReferencedIds {
  readonly assignedToId: string | null | undefined;
  readonly productId: string | null | undefined;
  /** NOT_FOUND for each reference that does not exist. */
  readonly faults: InputCheck;
}

const CREATED = { kind: TicketEventKind.CREATED, changes: [], commentId: null, notified: true };

/** The references of a ticket that still exist; null for the others. */
export interface ExistingReferences {
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
 * @param naming whom title and description name
 */
export function createTicket(
  viewer: Viewer,
  id: string,
  input: CreateTicketInput,
  named: ReferencedIds,
  at: string,
  naming: MentionedUsers | null = null,
): TicketWrite {
  checkMayCreate(viewer);
  const check = new InputCheck();
  const values = newValues(input, check);
  check.include(named.faults);
  check.done();
  const { assignedToId = null, productId = null } = named;
  const status = isStatus(values.status) ? values.status : TicketStatus.OPEN;
  const notified = input.notify ?? true;
  const mails = withTextMentions(mailsOfCreation({ status, assignedToId, actorId: viewer.id }), id, viewer.id, naming);
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
    mentions: mentionsOf(naming),
    people: { createdById: viewer.id, assignedToId, productId },
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
  values: Pick<Row<Ticket>, 'id' | 'status' | 'createdById' | 'assignedToId' | 'productId' | 'createdAt'> &
    TicketValues,
  { sendsMail, notified, now }: { readonly sendsMail: boolean; readonly notified: boolean; readonly now: string },
): TicketWrite {
  const { id, status, assignedToId, productId, createdById: actorId, createdAt } = values;
  const mails = mailsOfCreation({ status, assignedToId, actorId });
  return {
    ticketId: id,
    revision: null,
    values,
    event: { ...CREATED, notified },
    mails: sendsMail && notified && assignedToId !== null ? mails : silenced(mails),
    mentions: null,
    people: { createdById: actorId, assignedToId, productId },
    actorId,
    at: createdAt,
    notifiedAt: now,
  };
}

/**
 * Changes the fields that are given.
 * @param named required for a change that names people or products
 * @param live required when `reopensAssigned`
 * @param naming whom title and description name after the change, if it changes one of them
 */
export function updateTicket(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  { expectedVersion, notify, ...change }: TicketChange & Pick<UpdateTicketInput, 'expectedVersion' | 'notify'>,
  at: string,
  named?: ReferencedIds,
  live?: Pick<ExistingReferences, 'assignedToId'>,
  naming: MentionedUsers | null = null,
): TicketWrite | null {
  const { ticket } = snapshot;
  checkRights(viewer, ticket, change);
  checkVersion(ticket, expectedVersion);
  const check = new InputCheck();
  const given = givenValues(change, check);
  if (named) check.include(named.faults);
  check.done();
  // A closed ticket keeps an assignee whose account is deleted; when it is reopened it becomes unassigned.
  const assignedToId = live && reopensAssigned(ticket, change) ? live.assignedToId : undefined;
  return buildChange(
    viewer.id,
    snapshot,
    {
      ...given,
      assignedToId: named?.assignedToId === undefined ? assignedToId : named.assignedToId,
      productId: named?.productId,
    },
    at,
    { notified: notify ?? true, naming },
  );
}

/** Soft: `restoreTicket` brings it back. @throws FORBIDDEN without the right */
export function deleteTicket(viewer: Viewer, snapshot: TicketSnapshot, at: string): TicketWrite {
  if (!canDeleteTicket(viewer, factsOfRow(snapshot.ticket)))
    throw new ForbiddenError('You may not delete this ticket.');
  return buildWrite(snapshot, {
    actorId: viewer.id,
    at,
    kind: TicketEventKind.DELETED,
    values: { deletedAt: at },
    mails: MAILS_OF_DELETION,
  });
}

/**
 * Brings a deleted ticket back, without references to what was deleted meanwhile
 * (docs/decisions/0032-duplicates-and-restoring.md).
 * @param found its references that still exist, and the mails about it that the deletion cancelled
 */
export function restoreTicket(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  { live, cancelled }: { readonly live: ExistingReferences; readonly cancelled: readonly CancelledMail[] },
  at: string,
): TicketWrite | null {
  const { ticket } = snapshot;
  if (ticket.deletedAt === null) return null;
  const values = differing(ticket, { ...live });
  const changes = changesOf(ticket, values);
  return buildWrite(snapshot, {
    actorId: viewer.id,
    at,
    kind: TicketEventKind.RESTORED,
    values: { ...values, deletedAt: null },
    changes,
    mails: mailsOfRestoring({ status: ticket.status, assignedToId: live.assignedToId }, cancelled),
  });
}

/**
 * The effect of a new comment on its ticket: an event, and mails unless it is silent.
 * @param comment `notify` as in CreateCommentInput
 * @param followed what the system changes because of the comment
 * @param naming whom it names
 */
export function commentOn(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  comment: { readonly id: string; readonly internal: boolean; readonly notify?: boolean | null | undefined },
  at: string,
  followed: readonly FieldChange[] = [],
  naming: MentionedUsers | null = null,
): TicketWrite {
  return buildWrite(snapshot, {
    actorId: viewer.id,
    at,
    kind: TicketEventKind.COMMENTED,
    values: null,
    commentId: comment.id,
    ...namedInComment(mailsOfComment(comment, viewer.id, followed), comment, viewer.id, naming),
    notified: comment.notify ?? true,
  });
}

/** The effect of an edited comment: mails to those whom it names now and did not name before. */
export function editComment(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  comment: { readonly id: string; readonly internal: boolean },
  at: string,
  naming: MentionedUsers,
): TicketWrite {
  const named = namedInComment(NO_MAILS, comment, viewer.id, naming);
  return buildWrite(snapshot, { actorId: viewer.id, at, kind: null, values: null, ...named });
}

function namedInComment(
  mails: TicketMails,
  { id, internal }: { readonly id: string; readonly internal: boolean },
  actorId: string,
  naming: MentionedUsers | null,
): Pick<TicketWrite, 'mails' | 'mentions'> {
  if (naming === null) return { mails, mentions: null };
  return {
    mails: withMentioned(mails, { ids: naming.added, change: mailedComment(id, actorId), internal }),
    mentions: { commentId: id, userIds: naming.all, internal },
  };
}

/** Takes a deleted user off a ticket. Their mails are cancelled with the account. */
export function unassignDeletedUser(actorId: string, snapshot: TicketSnapshot, at: string): TicketWrite {
  return buildWrite(snapshot, {
    actorId,
    at,
    kind: TicketEventKind.CHANGED,
    values: { assignedToId: null, updatedAt: at },
    changes: changesOf(snapshot.ticket, { assignedToId: null }),
  });
}
