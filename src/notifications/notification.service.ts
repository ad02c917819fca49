import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { type Clock } from '../clock.js';
import { type Ticket } from '../tickets/ticket.entity.js';
import { type User } from '../users/user.entity.js';
import {
  Notification,
  type NotificationCancelReason,
  NotificationKind,
  NotificationStatus,
} from './notification.entity.js';

/** Asks for the row to be looked at when its time comes. Best effort: a sweep finds what nobody was woken for. */
export type Wake = (notification: { readonly id: string; readonly sendAt: Date }) => Promise<void>;

/**
 * Writes and cancels what is owed, in the unit of work of the service that changes a ticket: the mail and its cause
 * are committed together or not at all (architecture, "Notifications").
 */
export class NotificationService {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #wake: Wake;

  constructor(deps: { clock: Clock; delayMs: number; wake: Wake }) {
    this.#clock = deps.clock;
    this.#delayMs = deps.delayMs;
    this.#wake = deps.wake;
  }

  /** Owes the assignee a mail after the delay (requirements 74, 75, C13). The caller flushes, then calls `wake`. */
  assigned(em: EntityManager, ticket: Ticket, assignee: User, actorId: string): Notification {
    const now = this.#clock.now();
    return em.create(Notification, {
      kind: NotificationKind.ASSIGNED,
      recipient: ref(assignee),
      ticket: ref(ticket),
      actor: actorId,
      createdAt: now,
      sendAt: new Date(now.getTime() + this.#delayMs),
    });
  }

  /**
   * Cancels what is still waiting for the ticket (requirements 77, C14). A mail that a worker has in hand is left
   * alone: it is on its way, or else looked at again before it is tried again.
   */
  async cancelForTicket(em: EntityManager, ticket: Ticket, reason: NotificationCancelReason): Promise<void> {
    await this.#cancel(em, { ticket }, reason);
  }

  /** Cancels what is still waiting for the recipient, as `cancelForTicket` does for a ticket. */
  async cancelForUser(em: EntityManager, recipient: User, reason: NotificationCancelReason): Promise<void> {
    await this.#cancel(em, { recipient }, reason);
  }

  async #cancel(
    em: EntityManager,
    which: { ticket: Ticket } | { recipient: User },
    reason: NotificationCancelReason,
  ): Promise<void> {
    const now = this.#clock.now();
    const waiting = await em.find(
      Notification,
      {
        ...which,
        status: NotificationStatus.SCHEDULED,
        $or: [{ claimedUntil: null }, { claimedUntil: { $lte: now } }],
      },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    for (const notification of waiting) {
      notification.status = NotificationStatus.CANCELLED;
      notification.cancelledAt = now;
      notification.cancelReason = reason;
    }
  }

  /** After the commit: a job for each row that the change left waiting. */
  async wake(notifications: readonly Notification[]): Promise<void> {
    await Promise.all(notifications.map(async ({ id, sendAt }) => this.#wake({ id, sendAt })));
  }
}
