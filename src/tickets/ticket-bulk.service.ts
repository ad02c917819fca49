import { LockMode } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { type Viewer } from '../accounts/viewer.js';
import { isId } from '../common/id.js';
import { type UserError, UserErrorCode, UserInputError, userInputError } from '../common/user-errors.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { type UpdateTicketsInput } from './ticket-change.inputs.js';
import { type TicketChanger } from './ticket-changer.js';
import { Ticket } from './ticket.entity.js';
import { canViewTicket, factsOf } from './ticket.policy.js';
import { visibleTicketsWhere } from './ticket-visibility.js';

/** Contract: "All or nothing, at most 100 tickets." */
export const MOST_TICKETS = 100;

function checkNumber(ids: readonly string[]): void {
  if (ids.length === 0) throw userInputError(UserErrorCode.REQUIRED, 'ids', 'Name at least one ticket.');
  if (ids.length > MOST_TICKETS) {
    throw userInputError(UserErrorCode.INVALID, 'ids', `At most ${MOST_TICKETS} tickets at once, not ${ids.length}.`);
  }
}

/** The same change to many tickets. */
export class TicketBulkService {
  readonly #orm: MikroORM;
  readonly #notifications: NotificationService;
  readonly #changer: TicketChanger;

  constructor(deps: { orm: MikroORM; notifications: NotificationService; changer: TicketChanger }) {
    this.#orm = deps.orm;
    this.#notifications = deps.notifications;
    this.#changer = deps.changer;
  }

  /**
   * Changes all of the tickets or none, in one transaction. The rows are locked in the order of their ids: two calls
   * at once wait for each other, and not both. Gives the ids, each once, in the order of the input.
   * @throws FORBIDDEN when one of them may not be changed so; UserInputError for what is wrong with the input
   */
  async update(viewer: Viewer, input: UpdateTicketsInput): Promise<string[]> {
    const { ids: given, ...change } = input;
    checkNumber(given);
    const ids = [...new Set(given.map((id) => id.toLowerCase()))];
    const pending = await this.#orm.em.fork().transactional(async (em) => {
      const prepared = await this.#changer.prepare(em, change);
      const tickets = await em.find(
        Ticket,
        { $and: [{ id: { $in: ids.filter(isId) } }, visibleTicketsWhere(viewer)] },
        { orderBy: { id: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE },
      );
      const visible = new Set(tickets.filter((ticket) => canViewTicket(viewer, factsOf(ticket))).map(({ id }) => id));
      const missing = given.flatMap((id, index): UserError[] =>
        visible.has(id.toLowerCase())
          ? []
          : [
              {
                code: UserErrorCode.NOT_FOUND,
                message: 'There is no ticket with this id.',
                field: ['input', 'ids', String(index)],
              },
            ],
      );
      if (missing.length > 0) throw new UserInputError(missing);

      for (const ticket of tickets) this.#changer.checkRights(viewer, factsOf(ticket), change);
      const owing = [];
      for (const ticket of tickets) owing.push(...(await this.#changer.change(em, viewer, ticket, prepared)));
      return owing;
    });
    this.#notifications.scheduleDelivery(pending);
    return ids;
  }
}
