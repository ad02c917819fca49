import { type MikroORM } from '@mikro-orm/postgresql';
import { type NotificationService } from './notification.service.js';

/** Changes to other people's mails, for viewers with canManageTickets. */
export class NotificationStaffService {
  readonly #orm: MikroORM;
  readonly #notifications: NotificationService;

  constructor(deps: { orm: MikroORM; notifications: NotificationService }) {
    this.#orm = deps.orm;
    this.#notifications = deps.notifications;
  }

  /**
   * Cancels a pending mail. Gives its id.
   * @throws UserInputError NOT_FOUND for an unknown id, CONFLICT when it is sent, cancelled, failed or being sent
   */
  async cancel(id: string): Promise<string> {
    await this.#orm.em.fork().transactional(async (em) => this.#notifications.cancelByStaff(em, id));
    return id.toLowerCase();
  }
}
