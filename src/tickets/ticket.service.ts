import { LockMode, ref, UniqueConstraintViolationException } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Viewer } from '../auth/viewer.js';
import { type Clock } from '../clock.js';
import { isId, newId } from '../database/id.js';
import { forbidden, UserErrorCode, userInputError } from '../graphql/errors.js';
import { InputCheck } from '../graphql/input-check.js';
import { NotificationCancelReason } from '../notifications/notification.entity.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { DESCRIPTION, findProduct, type TicketChanger, TITLE } from './ticket-changer.js';
import { TicketEventKind } from './ticket-event.entity.js';
import { isActive, Ticket, TicketStatus } from './ticket.entity.js';
import { type CreateTicketInput, type UpdateTicketInput } from './ticket.inputs.js';
import { canCreateTicket, canDeleteTicket, canRestoreTickets, canViewTicket, factsOf } from './ticket.policy.js';
import { lockAssigneeOf, takeUpAgain } from './ticket-restoring.js';
import { findReferredUser } from './user-ref.js';

/**
 * Creates, changes, deletes and restores tickets: one transaction each, with its event and its mails. Gives the
 * ticket's id.
 */
export class TicketService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #notifications: NotificationService;
  readonly #changer: TicketChanger;

  constructor(deps: { orm: MikroORM; clock: Clock; notifications: NotificationService; changer: TicketChanger }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
    this.#changer = deps.changer;
  }

  /**
   * Sending the same call again with an id of the client's own returns the first ticket and creates nothing.
   * @throws FORBIDDEN without the right; UserInputError for what is wrong with the input
   */
  async create(viewer: Viewer, input: CreateTicketInput): Promise<string> {
    if (!canCreateTicket(viewer)) throw forbidden('Your account may not create tickets.');
    const earlier = input.id == null ? null : await this.#earlierCall(viewer, input.id);
    if (earlier !== null) return earlier;
    try {
      const { id, owed } = await this.#orm.em.fork().transactional((em) => this.#create(em, viewer, input));
      await this.#notifications.wake(owed);
      return id;
    } catch (error) {
      const twice = error instanceof UniqueConstraintViolationException && input.id != null;
      const first = twice ? await this.#earlierCall(viewer, input.id ?? '') : null;
      if (first !== null) return first;
      throw error;
    }
  }

  async #create(em: EntityManager, viewer: Viewer, input: CreateTicketInput) {
    const check = new InputCheck();
    const title = check.text('title', input.title, TITLE);
    const description = check.text('description', input.description, DESCRIPTION);
    const details = check.json('details', input.details);
    const product = await findProduct(em, check, input.productId);
    const assignee = input.assignedTo ? await findReferredUser(em, check, 'assignedTo', input.assignedTo) : null;
    check.done();

    const now = this.#clock.now();
    const status = input.status ?? TicketStatus.OPEN;
    const ticket = em.create(Ticket, {
      id: input.id?.toLowerCase() ?? newId(),
      title,
      description,
      details,
      ...(input.type && { type: input.type }),
      ...(input.priority && { priority: input.priority }),
      status,
      product: product && ref(product),
      createdBy: viewer.id,
      assignedTo: assignee && ref(assignee),
      createdAt: now,
      closedAt: isActive(status) ? null : now,
    });
    this.#changer.record(em, viewer, ticket, TicketEventKind.CREATED);
    const owed = assignee ? this.#notifications.assigned(em, ticket, assignee, viewer.id) : [];
    return { id: ticket.id, owed };
  }

  /** The ticket that the viewer made with this id before; another person's is a CONFLICT that tells nothing of it. */
  async #earlierCall(viewer: Viewer, id: string): Promise<string | null> {
    if (!isId(id)) throw userInputError(UserErrorCode.INVALID, 'id', 'An id of your own must be a UUID.');
    const ticket = await this.#orm.em.fork().findOne(Ticket, { id });
    if (ticket === null) return null;
    if (ticket.createdBy.id === viewer.id && ticket.deletedAt === null) return ticket.id;
    throw userInputError(UserErrorCode.CONFLICT, 'id', 'This id is in use. Choose another one.');
  }

  /**
   * Changes the fields that are given. The row is locked first: two changes at once happen one after the other, and
   * neither is lost.
   * @throws FORBIDDEN for a field that the viewer may not change; UserInputError for what is wrong with the input, with
   * CONFLICT when the ticket has another version than expected
   */
  async update(viewer: Viewer, input: UpdateTicketInput): Promise<string> {
    const { id, expectedVersion, ...change } = input;
    const owed = await this.#orm.em.fork().transactional(async (em) => {
      const prepared = await this.#changer.prepare(em, change);
      const ticket = await this.#changer.locked(em, viewer, id);
      this.#changer.checkRights(viewer, ticket, change);
      if (expectedVersion != null && expectedVersion !== ticket.version) {
        throw userInputError(
          UserErrorCode.CONFLICT,
          'expectedVersion',
          `The ticket was changed meanwhile: it has version ${ticket.version}. Look at it, and send that version.`,
          { ticketId: ticket.id },
        );
      }
      return this.#changer.change(em, viewer, ticket, prepared);
    });
    await this.#notifications.wake(owed);
    return id.toLowerCase();
  }

  /**
   * Soft: it is absent from every read from now on, and `restoreTicket` brings it back (requirements C2).
   * @throws FORBIDDEN without the right
   */
  async delete(viewer: Viewer, id: string): Promise<string> {
    await this.#orm.em.fork().transactional(async (em) => {
      const ticket = await this.#changer.locked(em, viewer, id);
      if (!canDeleteTicket(viewer, factsOf(ticket))) throw forbidden('You may not delete this ticket.');
      ticket.deletedAt = this.#clock.now();
      this.#changer.record(em, viewer, ticket, TicketEventKind.DELETED);
      await this.#notifications.cancelForTicket(em, ticket, NotificationCancelReason.TICKET_DELETED);
    });
    return id.toLowerCase();
  }

  /**
   * Brings a deleted ticket and its comments back (requirements C2). One that is not deleted stays as it is.
   * @throws FORBIDDEN without the right; UserInputError NOT_FOUND
   */
  async restore(viewer: Viewer, id: string): Promise<string> {
    if (!canRestoreTickets(viewer)) throw forbidden('Restoring tickets needs canDeleteAll.');
    await this.#orm.em.fork().transactional(async (em) => {
      if (isId(id)) await lockAssigneeOf(em, id);
      const ticket = isId(id) ? await em.findOne(Ticket, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null;
      if (ticket === null || !canViewTicket(viewer, { ...factsOf(ticket), deleted: false })) {
        throw userInputError(UserErrorCode.NOT_FOUND, 'id', 'There is no ticket with this id.');
      }
      if (ticket.deletedAt === null) return;
      ticket.deletedAt = null;
      const changes = await takeUpAgain(em, ticket);
      this.#changer.record(em, viewer, ticket, TicketEventKind.RESTORED, changes);
    });
    return id.toLowerCase();
  }
}
