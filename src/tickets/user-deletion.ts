import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { type Clock } from '../common/clock.js';
import { NotificationCancelReason } from '../notifications/notification.entity.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { TicketEvent, TicketEventKind } from './ticket-event.entity.js';
import { Ticket, TicketStatus } from './ticket.entity.js';
import { type User } from '../accounts/users/user.entity.js';

/** What a deleted account leaves behind (requirements C2, section 5.7). */
export class UserDeletion {
  readonly #clock: Clock;
  readonly #notifications: NotificationService;

  constructor(deps: { clock: Clock; notifications: NotificationService }) {
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
  }

  /** Unassigns the user's active tickets, each with its event, and cancels the mails that wait for them. */
  async of(em: EntityManager, user: User, actorId: string): Promise<void> {
    const now = this.#clock.now();
    const tickets = await em.find(
      Ticket,
      // Deleted ones too, or restoring one would bring back an active ticket that nobody works on.
      { assignedTo: user, status: { $nin: [TicketStatus.DONE, TicketStatus.CLOSED] } },
      // In the order of their ids, as all that locks several tickets: two at once cannot wait for each other.
      { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
    );
    for (const ticket of tickets) {
      ticket.assignedTo = null;
      ticket.updatedAt = now;
      em.create(TicketEvent, {
        kind: TicketEventKind.CHANGED,
        ticket: ref(ticket),
        actor: actorId,
        changes: [{ field: 'assignedTo', from: user.id, to: null }],
        createdAt: now,
      });
    }
    await this.#notifications.cancelForUser(em, user, NotificationCancelReason.USER_DELETED);
  }
}
