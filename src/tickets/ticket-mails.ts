import {
  NotificationCancelReason,
  NotificationKind,
  NotificationReason,
} from '../notifications/notification.entity.js';
import { type MailedChange, mailedChanges, mailedComment } from '../notifications/mailed-changes.js';
import { type FieldChange } from './ticket-event.entity.js';
import { isActive, type TicketStatus } from './ticket.entity.js';
import { type EnqueuedMails, type TicketMails } from './ticket-write.js';

export const NO_MAILS: TicketMails = { enqueued: [], cancels: {} };

/**
 * The mails of a write of which nobody is to hear: it enqueues none. What it makes untrue is still cancelled, or left out
 * of mails that wait.
 * @param mails those that it would have otherwise
 */
export function silenced({ enqueued, cancels }: TicketMails): TicketMails {
  return { enqueued: enqueued.filter(({ kind }) => kind === NotificationKind.UPDATED).map(amending), cancels };
}

function amending(mails: EnqueuedMails): EnqueuedMails {
  return { ...mails, amendsOnly: true, changes: mails.changes.map(silently) };
}

function silently(change: MailedChange): MailedChange {
  return { ...change, silent: true };
}

interface Assignment {
  readonly status: TicketStatus;
  readonly assignedToId: string | null;
  readonly actorId: string | null;
}

/** The new assignee's mail, unless they assigned the ticket to themselves or it is done (docs/behaviour.md, "Mails"). */
function assigned({ status, assignedToId, actorId }: Assignment): EnqueuedMails[] {
  if (assignedToId === null || assignedToId === actorId || !isActive(status)) return [];
  const audience = { to: 'named', ids: [assignedToId], reason: NotificationReason.ASSIGNEE } as const;
  return [{ kind: NotificationKind.ASSIGNED, audience, changes: [] }];
}

const TO_QUEUE: EnqueuedMails = { kind: NotificationKind.NEW_UNASSIGNED, audience: { to: 'queue' }, changes: [] };

/** Mails about a new ticket: to its assignee, or to those who are to assign it. */
export function mailsOfCreation(ticket: Assignment): TicketMails {
  if (ticket.assignedToId !== null) return { ...NO_MAILS, enqueued: assigned(ticket) };
  return isActive(ticket.status) ? { ...NO_MAILS, enqueued: [TO_QUEUE] } : NO_MAILS;
}

/**
 * The mails, and those to the queue (`queueOf`) when a change leaves an active ticket without an assignee: the people
 * in it may never have heard of the ticket. Those who have are not mailed again (`enqueueMails`).
 * @param before the ticket as it was
 */
export function withQueue(
  mails: TicketMails,
  before: Pick<Assignment, 'status' | 'assignedToId'>,
  { actorId, ...after }: Assignment,
): TicketMails {
  const wasInQueue = before.assignedToId === null && isActive(before.status);
  const isInQueue = after.assignedToId === null && isActive(after.status);
  return isInQueue && !wasInQueue ? { ...mails, enqueued: [...mails.enqueued, { ...TO_QUEUE, actorId }] } : mails;
}

/** Mails for a change of assignee: mails about the earlier state are cancelled; everybody concerned hears of it. */
export function mailsOfAssignment(assignment: Assignment, changes: readonly FieldChange[]): TicketMails {
  const { assignedToId, actorId } = assignment;
  const toAssignee = assigned(assignment);
  const toOthers: EnqueuedMails = {
    kind: NotificationKind.UPDATED,
    audience: { to: 'concerned' },
    changes: mailedChanges(changes, actorId),
    reassigned: { assignedId: toAssignee.length > 0 ? assignedToId : null },
  };
  return {
    enqueued: [...toAssignee, toOthers],
    cancels:
      assignedToId === null
        ? { ASSIGNED: NotificationCancelReason.UNASSIGNED }
        : { ASSIGNED: NotificationCancelReason.REASSIGNED, NEW_UNASSIGNED: NotificationCancelReason.ASSIGNED },
  };
}

/** Mails to everybody concerned about other changes (docs/decisions/0020-update-mails.md). */
export function mailsOfChanges(changes: readonly FieldChange[], actorId: string | null): TicketMails {
  const mailed = mailedChanges(changes, actorId);
  return {
    ...NO_MAILS,
    enqueued: [{ kind: NotificationKind.UPDATED, audience: { to: 'concerned' }, changes: mailed }],
  };
}

/**
 * Mails to everybody concerned about a new comment.
 * @param followed what the system changes because of it
 */
export function mailsOfComment(
  comment: { readonly id: string; readonly internal: boolean },
  actorId: string,
  followed: readonly FieldChange[],
): TicketMails {
  const { id, internal } = comment;
  const changes = [mailedComment(id, actorId)];
  const replied: EnqueuedMails = { kind: NotificationKind.REPLIED, audience: { to: 'concerned' }, changes, internal };
  // The author of the comment knows what follows from it.
  return {
    ...NO_MAILS,
    enqueued: [replied, ...(followed.length > 0 ? mailsOfChanges(followed, actorId).enqueued : [])],
  };
}

/** The mails, and those to the people whom a text names for the first time. */
export function withMentioned(
  mails: TicketMails,
  {
    ids,
    change,
    internal,
  }: { readonly ids: readonly string[]; readonly change: MailedChange; readonly internal: boolean },
): TicketMails {
  if (ids.length === 0) return mails;
  const audience = { to: 'named', ids, reason: NotificationReason.MENTIONED } as const;
  return {
    ...mails,
    enqueued: [...mails.enqueued, { kind: NotificationKind.MENTIONED, audience, changes: [change], internal }],
  };
}

/** Every mail about a deleted ticket waits no longer. */
export const MAILS_OF_DELETION: TicketMails = {
  enqueued: [],
  cancels: Object.fromEntries(
    Object.values(NotificationKind).map((kind) => [kind, NotificationCancelReason.TICKET_DELETED]),
  ),
};

/** A mail that the deletion of the ticket cancelled. */
export interface CancelledMail {
  readonly kind: NotificationKind;
  readonly recipientId: string;
  readonly actorId: string | null;
  readonly reason: NotificationReason | null;
  readonly changes: readonly MailedChange[];
}

const SHOW_THE_TICKET: ReadonlySet<NotificationKind> = new Set([
  NotificationKind.ASSIGNED,
  NotificationKind.NEW_UNASSIGNED,
]);

/**
 * The mails that become pending again for a restored ticket, given the mails that its deletion cancelled, oldest first
 * (docs/behaviour.md, "Deleting and restoring").
 */
export function mailsOfRestoring(
  { status, assignedToId }: { readonly status: TicketStatus; readonly assignedToId: string | null },
  cancelled: readonly CancelledMail[],
): TicketMails {
  const current = cancelled.filter(({ kind, recipientId }) => {
    if (!SHOW_THE_TICKET.has(kind)) return true;
    return isActive(status) && assignedToId === (kind === NotificationKind.ASSIGNED ? recipientId : null);
  });
  const covered = new Set(
    current.filter(({ kind }) => SHOW_THE_TICKET.has(kind)).map(({ recipientId }) => recipientId),
  );
  const wanted = current.filter(
    ({ kind, recipientId }) => kind !== NotificationKind.UPDATED || !covered.has(recipientId),
  );
  const groups = Map.groupBy(wanted, ({ kind, recipientId }) => `${kind} ${recipientId}`);
  return { ...NO_MAILS, enqueued: [...groups.values()].flatMap(restored) };
}

function restored(mails: readonly CancelledMail[]): EnqueuedMails[] {
  const last = mails.at(-1);
  if (last === undefined) return [];
  const { kind, recipientId, reason } = last;
  const [actorId = null, ...otherActors] = new Set(mails.map((mail) => mail.actorId));
  return [
    {
      kind,
      audience: { to: 'named', ids: [recipientId], reason },
      changes: mails.flatMap(({ changes }) => changes),
      actorId: otherActors.length > 0 ? null : actorId,
      toActor: true,
    },
  ];
}
