import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Viewer } from '../accounts/viewer.js';
import { isId } from '../common/id.js';
import { ForbiddenError } from '../common/errors.js';
import { UserErrorCode, userInputError } from '../common/user-errors.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { type MarkDuplicateInput } from './ticket-change.inputs.js';
import { type TicketChanger } from './ticket-changer.js';
import { recordedFields } from './ticket-changes.js';
import { isActive, Ticket, TicketStatus } from './ticket.entity.js';
import { canEditTicket, factsOf } from './ticket.policy.js';
import { visibleTicketsWhere } from './ticket-visibility.js';

function conflict(message: string) {
  return userInputError(UserErrorCode.CONFLICT, 'duplicateOfId', message);
}

/**
 * Links a ticket to the one that it repeats, and takes the link away again (docs/behaviour.md, "Duplicates"). A duplicate
 * has one original, which is no duplicate itself, as far as the viewer can see: links to tickets that are hidden from the
 * viewer or deleted are treated as absent, so that no answer tells of them.
 */
export class TicketDuplicatesService {
  readonly #orm: MikroORM;
  readonly #changer: TicketChanger;
  readonly #notifications: NotificationService;

  constructor(deps: { orm: MikroORM; changer: TicketChanger; notifications: NotificationService }) {
    this.#notifications = deps.notifications;
    this.#orm = deps.orm;
    this.#changer = deps.changer;
  }

  /**
   * Gives the duplicate's id. A link that it has already gives way to the new one.
   * @throws FORBIDDEN without the right to edit the ticket; UserInputError for tickets that cannot be linked
   */
  async mark(viewer: Viewer, input: MarkDuplicateInput): Promise<string> {
    const duplicateId = input.ticketId.toLowerCase();
    const originalId = input.duplicateOfId.toLowerCase();
    const pending = await this.#orm.em.fork().transactional(async (em) => {
      await this.#lock(em, viewer, [duplicateId, originalId]);
      const ticket = await this.#editable(em, viewer, duplicateId);
      if (originalId === duplicateId) {
        throw userInputError(UserErrorCode.INVALID, 'duplicateOfId', 'A ticket is not a duplicate of itself.');
      }
      const original = await this.#changer.locked(em, viewer, originalId, 'duplicateOfId');
      if (await this.#seesOriginalOf(em, viewer, original))
        throw conflict('That ticket is a duplicate itself. Choose its original.');
      if ((await em.count(Ticket, { $and: [{ duplicateOf: ticket }, visibleTicketsWhere(viewer)] })) > 0) {
        throw conflict('Other tickets are duplicates of this one. Mark them as duplicates of the other one first.');
      }
      const before = recordedFields(ticket);
      ticket.duplicateOf = ref(original);
      if ((input.close ?? true) && isActive(ticket.status)) this.#changer.changeStatus(ticket, TicketStatus.CLOSED);
      return this.#changer.notify(em, viewer, ticket, this.#changer.recordChange(em, viewer, ticket, before));
    });
    this.#notifications.scheduleDelivery(pending);
    return duplicateId;
  }

  /**
   * Takes the link away; the status stays as it is. A ticket without a link that the viewer can see is not changed.
   * @throws FORBIDDEN without the right to edit the ticket
   */
  async unmark(viewer: Viewer, ticketId: string): Promise<string> {
    const pending = await this.#orm.em.fork().transactional(async (em) => {
      const ticket = await this.#editable(em, viewer, ticketId);
      const before = recordedFields(ticket);
      if (await this.#seesOriginalOf(em, viewer, ticket)) ticket.duplicateOf = null;
      return this.#changer.notify(em, viewer, ticket, this.#changer.recordChange(em, viewer, ticket, before));
    });
    this.#notifications.scheduleDelivery(pending);
    return ticketId.toLowerCase();
  }

  async #seesOriginalOf(em: EntityManager, viewer: Viewer, { duplicateOf }: Ticket): Promise<boolean> {
    if (duplicateOf === null) return false;
    return (await em.count(Ticket, { $and: [{ id: duplicateOf.id }, visibleTicketsWhere(viewer)] })) > 0;
  }

  async #editable(em: EntityManager, viewer: Viewer, ticketId: string): Promise<Ticket> {
    const ticket = await this.#changer.locked(em, viewer, ticketId, 'ticketId');
    if (!canEditTicket(viewer, factsOf(ticket))) throw new ForbiddenError('You may not edit this ticket.');
    return ticket;
  }

  /** In the order of the ids: two calls that link the same two tickets wait for each other, and not both. */
  async #lock(em: EntityManager, viewer: Viewer, ids: readonly string[]): Promise<void> {
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const where = { $and: [{ id: { $in: ids.filter(isId) } }, visibleTicketsWhere(viewer)] };
    await em.find(Ticket, where, { orderBy: { id: 'asc' }, lockMode });
  }
}
