import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Clock } from '../common/clock.js';
import { NotificationCancelReason } from '../notifications/notification.entity.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { unassignDeletedUser } from './ticket.commands.js';
import { type TicketStore } from './ticket.store.js';
import { type User } from '../accounts/users/user.entity.js';

/** Unassigns the tickets of a deleted user and cancels the user's mails. */
export class UserDeletion {
  readonly #clock: Clock;
  readonly #notifications: NotificationService;

  readonly #ticketStore: TicketStore;

  constructor(deps: { clock: Clock; notifications: NotificationService; ticketStore: TicketStore }) {
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
    this.#ticketStore = deps.ticketStore;
  }

  /** Unassigns the user's active tickets, each with its event, and cancels the user's pending mails. */
  async of(em: EntityManager, user: User, actorId: string): Promise<void> {
    const at = this.#clock.now().toISOString();
    const tx = this.#ticketStore.within(em);
    // Deleted tickets too: otherwise restoring one would bring back a ticket assigned to a deleted user.
    const snapshots = await tx.lock(sql`t.assigned_to_id = ${user.id} and t.status not in ('DONE', 'CLOSED')`);
    await tx.save(snapshots.map((snapshot) => unassignDeletedUser(actorId, snapshot, at)));
    await this.#notifications.cancelForUser(em, user, NotificationCancelReason.USER_DELETED);
  }
}
