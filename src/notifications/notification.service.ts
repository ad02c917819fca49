import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { type Clock } from '../common/clock.js';
import { isId } from '../common/id.js';
import { UserErrorCode, userInputError } from '../graphql/errors.js';
import { type FieldChange } from '../tickets/ticket-event.entity.js';
import { isActive, type Ticket, type TicketStatus } from '../tickets/ticket.entity.js';
import { User } from '../accounts/users/user.entity.js';
import { COMMENT, mergeChanges, withoutFieldsOf } from './merge-changes.js';
import { Notification, NotificationCancelReason, NotificationKind, NotificationStatus } from './notification.entity.js';
import { withTraceparent } from './traceparents.js';

/** Asks for the row to be looked at when its time comes. Best effort: a sweep finds what nobody was woken for. */
export type ScheduleDelivery = (notification: { readonly id: string; readonly sendAt: Date }) => Promise<void>;

/** What a change has to do about the mail that tells it. `holds`: the rows that this was decided on, if they stay as they are. */
export type UpdateMail<Waiting> =
  | { readonly does: 'nothing'; readonly holds: readonly Waiting[] }
  | { readonly does: 'owe'; readonly holds: readonly [] }
  | {
      readonly does: 'merge';
      readonly into: Waiting;
      readonly changes: FieldChange[];
      /** Several people's changes in one mail are nobody's. */
      readonly keepsActor: boolean;
      readonly holds: readonly Waiting[];
    };

/** Whether an assignment is worth a mail: not one's own, and not of a ticket that is done (docs/behaviour.md, "Mails"). */
export function notifiesOfAssignment(assignment: {
  readonly status: TicketStatus;
  readonly assigneeId: string;
  readonly actorId: string | null;
}): boolean {
  return assignment.assigneeId !== assignment.actorId && isActive(assignment.status);
}

/**
 * Decides what becomes of an UPDATED mail (docs/decisions/0020-update-mails.md).
 * @param unclaimed what waits for the ticket's assignee and no worker has taken up yet
 */
export function updateMail<
  Waiting extends { readonly kind: NotificationKind; readonly changes: readonly FieldChange[] },
>(
  unclaimed: readonly Waiting[],
  changes: readonly FieldChange[],
  by: { readonly isAssignee: boolean; readonly isActorOf: (waiting: Waiting) => boolean },
): UpdateMail<Waiting> {
  const waiting = unclaimed.find(({ kind }) => kind === NotificationKind.UPDATED);
  if (waiting) {
    return {
      does: 'merge',
      into: waiting,
      changes: by.isAssignee ? withoutFieldsOf(waiting.changes, changes) : mergeChanges(waiting.changes, changes),
      keepsActor: by.isAssignee || by.isActorOf(waiting),
      holds: unclaimed.filter((other) => other !== waiting),
    };
  }
  // That mail shows the ticket as it is when it is sent: these changes are in it.
  const isTold = by.isAssignee || unclaimed.some(({ kind }) => kind === NotificationKind.ASSIGNED);
  return isTold ? { does: 'nothing', holds: unclaimed } : { does: 'owe', holds: [] };
}

/** For a person who wants to cancel one. */
const CANNOT_BE_CANCELLED: Readonly<Record<Exclude<NotificationStatus, NotificationStatus.SCHEDULED>, string>> = {
  SENT: 'has been sent',
  CANCELLED: 'was cancelled before',
  FAILED: 'was refused, and given up',
};

/**
 * Writes and cancels what is owed, in the unit of work of the service that changes a ticket: the mail and its cause
 * are committed together or not at all (architecture, "Notifications"). Each method that owes something gives the rows
 * that wait now; the caller flushes, then hands them to `wake`.
 */
export class NotificationService {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #scheduleDelivery: ScheduleDelivery;

  constructor(deps: { clock: Clock; delayMs: number; scheduleDelivery: ScheduleDelivery }) {
    this.#clock = deps.clock;
    this.#delayMs = deps.delayMs;
    this.#scheduleDelivery = deps.scheduleDelivery;
  }

  /**
   * Owes the assignee a mail after the delay, if it tells them of work that is new to them, and they want it.
   * @param assignment `ticket` may be a reference that is not loaded: its status is given apart
   */
  assigned(
    em: EntityManager,
    assignment: { ticket: Ticket; status: TicketStatus; assignee: User; actorId: string },
  ): Notification[] {
    const { ticket, status, assignee, actorId } = assignment;
    return assignee.assignmentEmails && notifiesOfAssignment({ status, assigneeId: assignee.id, actorId })
      ? [this.#create(em, { kind: NotificationKind.ASSIGNED, ticket, recipient: assignee, actorId, changes: [] })]
      : [];
  }

  /**
   * Owes the assignee a mail about other changes (requirements C13), or adds them to the one that waits. The ticket's
   * row must be locked: two changes at once would owe two mails. See docs/decisions/0020-update-mails.md.
   */
  async updated(
    em: EntityManager,
    ticket: Ticket,
    changes: readonly FieldChange[],
    actorId: string,
  ): Promise<Notification[]> {
    const assigneeId = ticket.assignedTo?.id;
    if (assigneeId === undefined || changes.length === 0) return [];
    const unclaimed = await em.find(
      Notification,
      { ticket, recipient: assigneeId, status: NotificationStatus.SCHEDULED, claimedUntil: null },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    const mail = updateMail(unclaimed, changes, {
      isAssignee: actorId === assigneeId,
      isActorOf: ({ actor }) => actor?.id === actorId,
    });
    if (mail.does === 'merge') {
      mail.into.changes = mail.changes;
      mail.into.traceparents = withTraceparent(mail.into.traceparents);
      if (!mail.keepsActor) mail.into.actor = null;
      if (mail.changes.length === 0) this.#cancel(mail.into, null);
    }
    if (mail.does !== 'owe') return [];
    const recipient = await em.findOneOrFail(User, { id: assigneeId });
    if (!recipient.updateEmails || recipient.deletedAt !== null) return [];
    return [this.#create(em, { kind: NotificationKind.UPDATED, ticket, recipient, actorId, changes })];
  }

  /** The same for a new comment that everybody may read; internal ones are never told by mail. */
  async commented(
    em: EntityManager,
    ticket: Ticket,
    comment: { readonly id: string; readonly internal: boolean },
    actorId: string,
  ): Promise<Notification[]> {
    if (comment.internal) return [];
    return this.updated(em, ticket, [{ field: COMMENT, from: null, to: comment.id }], actorId);
  }

  /**
   * Owes the assignee of a restored ticket again what its deletion kept from them: the mail about the assignment, or else
   * the changes and comments.
   */
  async restored(em: EntityManager, ticket: Ticket, deletedAt: Date): Promise<Notification[]> {
    if (ticket.assignedTo === null) return [];
    const cancelled = await em.find(
      Notification,
      {
        ticket,
        recipient: ticket.assignedTo.id,
        status: NotificationStatus.CANCELLED,
        cancelReason: NotificationCancelReason.TICKET_DELETED,
        cancelledAt: { $gte: deletedAt },
      },
      { orderBy: { createdAt: 'asc', id: 'asc' } },
    );
    if (cancelled.length === 0) return [];
    const recipient = await em.findOneOrFail(User, { id: ticket.assignedTo.id });
    const assigned = cancelled.findLast(({ kind }) => kind === NotificationKind.ASSIGNED);
    if (assigned) {
      const isOwed = recipient.assignmentEmails && isActive(ticket.status);
      const mail = { kind: NotificationKind.ASSIGNED, ticket, recipient, actorId: assigned.actor?.id ?? null };
      return isOwed ? [this.#create(em, { ...mail, changes: [] })] : [];
    }
    const changes = cancelled.reduce<FieldChange[]>((merged, each) => mergeChanges(merged, each.changes), []);
    if (!recipient.updateEmails || changes.length === 0) return [];
    const [actorId = null, ...otherActors] = new Set(cancelled.map(({ actor }) => actor?.id ?? null));
    const mail = {
      kind: NotificationKind.UPDATED,
      ticket,
      recipient,
      actorId: otherActors.length > 0 ? null : actorId,
    };
    return [this.#create(em, { ...mail, changes })];
  }

  #create(
    em: EntityManager,
    pending: {
      kind: NotificationKind;
      ticket: Ticket;
      recipient: User;
      /** Null when several people did it. */
      actorId: string | null;
      changes: readonly FieldChange[];
    },
  ): Notification {
    const now = this.#clock.now();
    return em.create(Notification, {
      kind: pending.kind,
      recipient: ref(pending.recipient),
      ticket: ref(pending.ticket),
      actor: pending.actorId,
      changes: [...pending.changes],
      createdAt: now,
      sendAt: this.dueAfter(now),
    });
  }

  /** When a mail about what happens now is due. */
  dueAfter(now: Date): Date {
    return new Date(now.getTime() + this.#delayMs);
  }

  /**
   * Cancels what is still waiting for the ticket (requirements 77, C14). A mail that a worker has in hand is left
   * alone: it is on its way, or else looked at again before it is tried again.
   */
  async cancelForTicket(em: EntityManager, ticket: Ticket, reason: NotificationCancelReason): Promise<void> {
    await this.#cancelWaiting(em, { ticket }, reason);
  }

  /**
   * Cancels what is still waiting for a person, of some kinds or of all: their account is deleted, or they want no more
   * of it. The caller flushes. Tickets that the same transaction changes are to be locked before, as everywhere.
   */
  async cancelForUser(
    em: EntityManager,
    recipient: User,
    reason: NotificationCancelReason,
    kinds?: readonly NotificationKind[],
  ): Promise<void> {
    await this.#cancelWaiting(em, { recipient, ...(kinds && { kind: { $in: [...kinds] } }) }, reason);
  }

  async #cancelWaiting(
    em: EntityManager,
    which: { ticket: Ticket } | { recipient: User; kind?: { $in: NotificationKind[] } },
    reason: NotificationCancelReason,
  ): Promise<void> {
    const waiting = await em.find(
      Notification,
      {
        ...which,
        status: NotificationStatus.SCHEDULED,
        $or: [{ claimedUntil: null }, { claimedUntil: { $lte: this.#clock.now() } }],
      },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    for (const notification of waiting) this.#cancel(notification, reason);
  }

  #cancel(notification: Notification, reason: NotificationCancelReason | null): void {
    notification.status = NotificationStatus.CANCELLED;
    notification.cancelledAt = this.#clock.now();
    notification.cancelReason = reason;
  }

  /**
   * Staff take back a mail that still waits. The caller flushes.
   * @throws UserInputError NOT_FOUND for an unknown id, CONFLICT when it is sent, cancelled, given up or on its way
   */
  async cancelByStaff(em: EntityManager, id: string): Promise<void> {
    const notification = isId(id)
      ? await em.findOne(Notification, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE })
      : null;
    if (notification === null) {
      throw userInputError(UserErrorCode.NOT_FOUND, 'id', 'There is no notification with this id.');
    }
    const conflict = (message: string) =>
      userInputError(UserErrorCode.CONFLICT, 'id', message, { notificationId: notification.id });
    if (notification.status !== NotificationStatus.SCHEDULED) {
      throw conflict(
        `This mail ${CANNOT_BE_CANCELLED[notification.status]}. Only one that still waits can be cancelled.`,
      );
    }
    if (notification.claimedUntil !== null && notification.claimedUntil > this.#clock.now()) {
      throw conflict('This mail is on its way at this moment. Look again in a minute.');
    }
    this.#cancel(notification, NotificationCancelReason.BY_STAFF);
  }

  /**
   * After the commit: a job for each row that the change left waiting. Nobody waits for it: the rows are the truth, and
   * workers look ahead in them (docs/decisions/0023-sending.md).
   */
  scheduleDelivery(notifications: readonly { readonly id: string; readonly sendAt: Date }[]): void {
    for (const { id, sendAt } of notifications) void this.#scheduleDelivery({ id, sendAt });
  }
}
