import { type MikroORM } from '@mikro-orm/postgresql';
import { type NotificationService } from './notification.service.js';

/** What those who may manage tickets do about other people's mails. */
export class NotificationStaffService {
  readonly #orm: MikroORM;
  readonly #notifications: NotificationService;

  constructor(deps: { orm: MikroORM; notifications: NotificationService }) {
    this.#orm = deps.orm;
    this.#notifications = deps.notifications;
  }

  /**
   * Takes back a mail that still waits. Gives its id.
   * @throws UserInputError NOT_FOUND for an unknown id, CONFLICT when it is sent, cancelled, given up or on its way
   */
  async cancel(id: string): Promise<string> {
    await this.#orm.em.fork().transactional(async (em) => this.#notifications.cancelByStaff(em, id));
    return id.toLowerCase();
  }
}
