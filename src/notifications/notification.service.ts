import { LockMode } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { type Clock } from '../common/clock.js';
import { isId } from '../common/id.js';
import { UserErrorCode, userInputError } from '../common/user-errors.js';
import { type User } from '../accounts/users/user.entity.js';
import { type ScheduleDeliveries } from './delivery-schedule.js';
import { Notification, NotificationCancelReason, NotificationKind, NotificationStatus } from './notification.entity.js';

/** Why a mail cannot be cancelled, as shown to people. */
const CANNOT_BE_CANCELLED: Readonly<Record<Exclude<NotificationStatus, NotificationStatus.SCHEDULED>, string>> = {
  SENT: 'has been sent',
  CANCELLED: 'was cancelled before',
  FAILED: 'was refused, and given up',
};

/** The kinds about what somebody wrote. */
const ABOUT_TEXTS: ReadonlySet<NotificationKind> = new Set([NotificationKind.REPLIED, NotificationKind.MENTIONED]);

/** Cancels mails, and schedules the delivery of those that the ticket store made pending (tickets/ticket.store.ts). */
export class NotificationService {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #replyDelayMs: number;
  readonly #scheduleDeliveries: ScheduleDeliveries;

  /**
   * @param deps.delayMs delay of mails about assignments, changes and new tickets
   * @param deps.replyDelayMs delay of mails about comments and mentions
   */
  constructor(deps: { clock: Clock; delayMs: number; replyDelayMs: number; scheduleDeliveries: ScheduleDeliveries }) {
    this.#clock = deps.clock;
    this.#delayMs = deps.delayMs;
    this.#replyDelayMs = deps.replyDelayMs;
    this.#scheduleDeliveries = deps.scheduleDeliveries;
  }

  /** When a mail of a kind about a change at this moment is due. */
  dueAfter(kind: NotificationKind, now: Date): Date {
    return new Date(now.getTime() + (ABOUT_TEXTS.has(kind) ? this.#replyDelayMs : this.#delayMs));
  }

  /**
   * Cancels a person's pending mails, of some kinds or of all: the account is deleted, or the mails were turned off. A
   * leased mail is not cancelled: it is being sent, or is checked again before the next attempt. The caller flushes.
   * Tickets that the same transaction changes must be locked before (docs/decisions/0011-order-of-locks.md).
   */
  async cancelForUser(
    em: EntityManager,
    recipient: User,
    reason: NotificationCancelReason,
    kinds?: readonly NotificationKind[],
  ): Promise<void> {
    const waiting = await em.find(
      Notification,
      {
        recipient,
        ...(kinds && { kind: { $in: [...kinds] } }),
        status: NotificationStatus.SCHEDULED,
        $or: [{ leaseExpiresAt: null }, { leaseExpiresAt: { $lte: this.#clock.now() } }],
      },
      // Those that are locked are skipped: writes of tickets lock mails in another order. They are cancelled when they are due.
      { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE },
    );
    for (const notification of waiting) this.#cancel(notification, reason);
  }

  #cancel(notification: Notification, reason: NotificationCancelReason | null): void {
    notification.status = NotificationStatus.CANCELLED;
    notification.cancelledAt = this.#clock.now();
    notification.cancelReason = reason;
  }

  /**
   * Cancels a pending mail for staff. The caller flushes.
   * @throws UserInputError NOT_FOUND for an unknown id, CONFLICT when it is sent, cancelled, failed or being sent
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
    if (notification.leaseExpiresAt !== null && notification.leaseExpiresAt > this.#clock.now()) {
      throw conflict('This mail is on its way at this moment. Look again in a minute.');
    }
    this.#cancel(notification, NotificationCancelReason.BY_STAFF);
  }

  /**
   * Schedules the delivery of mails that became pending. Call it after the commit. Best effort: the rows are
   * authoritative, and workers poll them for upcoming mails (docs/decisions/0023-sending.md).
   * @param notifications their ids and due times, in milliseconds since 1970
   */
  scheduleDeliveries(notifications: readonly { readonly id: string; readonly sendMs: number }[]): void {
    this.#scheduleDeliveries(notifications.map(({ id, sendMs }) => ({ id, sendAt: new Date(sendMs) })));
  }
}
