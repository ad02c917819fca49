import { LockMode, ref, UniqueConstraintViolationException } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Viewer } from '../auth/viewer.js';
import { type Clock } from '../clock.js';
import { isId, newId } from '../database/id.js';
import { forbidden, UserErrorCode, userInputError } from '../graphql/errors.js';
import { InputCheck } from '../graphql/input-check.js';
import { type Notification, NotificationCancelReason } from '../notifications/notification.entity.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { Product } from '../products/product.entity.js';
import { User } from '../users/user.entity.js';
import { changesBetween, recordedFields, sameJson } from './ticket-changes.js';
import { type FieldChange, TicketEvent, TicketEventKind } from './ticket-event.entity.js';
import { isActive, Ticket, TicketStatus } from './ticket.entity.js';
import { type CreateTicketInput, type UpdateTicketInput } from './ticket.inputs.js';
import {
  canAssignTicket,
  canChangeStatus,
  canCreateTicket,
  canDeleteTicket,
  canEditTicket,
  canViewTicket,
  factsOf,
} from './ticket.policy.js';
import { findReferredUser } from './user-ref.js';

/** Requirements C19. */
const TITLE = { most: 200 };
const DESCRIPTION = { most: 10_000 };

function notFound() {
  return userInputError(UserErrorCode.NOT_FOUND, 'id', 'There is no ticket with this id.');
}

/** Creates, changes and deletes tickets: one transaction each, with its event and its mails. Gives the ticket's id. */
export class TicketService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #notifications: NotificationService;

  constructor(deps: { orm: MikroORM; clock: Clock; notifications: NotificationService }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
  }

  /**
   * Sending the same call again with an id of the client's own returns the first ticket and creates nothing.
   * @throws FORBIDDEN without the right; UserInputError for what is wrong with the input
   */
  async create(viewer: Viewer, input: CreateTicketInput): Promise<string> {
    if (!canCreateTicket(viewer)) throw forbidden('Your account may not create tickets.');
    if (input.id != null) {
      const earlier = await this.#earlierCall(this.#orm.em.fork(), viewer, input.id);
      if (earlier !== null) return earlier;
    }
    try {
      const { id, owed } = await this.#orm.em.fork().transactional(async (em) => this.#create(em, viewer, input));
      await this.#notifications.wake(owed);
      return id;
    } catch (error) {
      const twice = error instanceof UniqueConstraintViolationException && input.id != null;
      const earlier = twice ? await this.#earlierCall(this.#orm.em.fork(), viewer, input.id ?? '') : null;
      if (earlier !== null) return earlier;
      throw error;
    }
  }

  async #create(
    em: EntityManager,
    viewer: Viewer,
    input: CreateTicketInput,
  ): Promise<{ id: string; owed: Notification[] }> {
    const check = new InputCheck();
    const title = check.text('title', input.title, TITLE);
    const description = check.text('description', input.description, DESCRIPTION);
    const details = check.json('details', input.details);
    const product = await this.#product(em, check, input.productId);
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
    this.#record(em, ticket, viewer, TicketEventKind.CREATED);
    const owed = assignee ? this.#notifications.assigned(em, ticket, assignee, viewer.id) : [];
    return { id: ticket.id, owed };
  }

  /** The ticket that the viewer made with this id before; another person's is a CONFLICT that tells nothing of it. */
  async #earlierCall(em: EntityManager, viewer: Viewer, id: string): Promise<string | null> {
    if (!isId(id)) throw userInputError(UserErrorCode.INVALID, 'id', 'An id of your own must be a UUID.');
    const ticket = await em.findOne(Ticket, { id });
    if (ticket === null) return null;
    if (ticket.createdBy.id === viewer.id && ticket.deletedAt === null) return ticket.id;
    throw userInputError(UserErrorCode.CONFLICT, 'id', 'This id is in use. Choose another one.');
  }

  async #product(em: EntityManager, check: InputCheck, id: string | null | undefined): Promise<Product | null> {
    if (id == null) return null;
    const product = isId(id) ? await em.findOne(Product, { id, deletedAt: null }) : null;
    if (product === null) check.add(UserErrorCode.NOT_FOUND, 'productId', 'There is no product with this id.');
    return product;
  }

  /**
   * Changes the fields that are given. The row is locked first: two changes at once happen one after the other, and
   * neither is lost.
   * @throws FORBIDDEN for a field that the viewer may not change; UserInputError for what is wrong with the input, with
   * CONFLICT when the ticket has another version than expected
   */
  async update(viewer: Viewer, input: UpdateTicketInput): Promise<string> {
    const owed = await this.#orm.em.fork().transactional(async (em) => {
      const check = new InputCheck();
      const assignee = input.assignedTo ? await findReferredUser(em, check, 'assignedTo', input.assignedTo) : null;
      const ticket = await this.#locked(em, viewer, input.id);
      this.#checkRights(viewer, ticket, input);
      if (input.expectedVersion != null && input.expectedVersion !== ticket.version) {
        throw userInputError(
          UserErrorCode.CONFLICT,
          'expectedVersion',
          `The ticket was changed meanwhile: it has version ${ticket.version}. Look at it, and send that version.`,
          { ticketId: ticket.id },
        );
      }

      const before = recordedFields(ticket);
      const wasClosed = !isActive(ticket.status);
      await this.#apply(em, check, ticket, input, assignee);
      if (wasClosed && isActive(ticket.status)) await this.#letGoOfDeleted(em, ticket);
      const changes = changesBetween(before, recordedFields(ticket));
      if (changes.length === 0) return [];
      ticket.updatedAt = this.#clock.now();
      this.#record(em, ticket, viewer, TicketEventKind.CHANGED, changes);
      if (!changes.some(({ field }) => field === 'assignedTo')) {
        return this.#notifications.updated(em, ticket, changes, viewer.id);
      }
      const reason = assignee ? NotificationCancelReason.REASSIGNED : NotificationCancelReason.UNASSIGNED;
      await this.#notifications.cancelForTicket(em, ticket, reason);
      return assignee ? this.#notifications.assigned(em, ticket, assignee, viewer.id) : [];
    });
    await this.#notifications.wake(owed);
    return input.id.toLowerCase();
  }

  #checkRights(viewer: Viewer, ticket: Ticket, input: UpdateTicketInput): void {
    const facts = factsOf(ticket);
    const { id: _id, expectedVersion: _expectedVersion, status, assignedTo, ...others } = input;
    const edits = Object.values(others).some((value) => value !== undefined);
    if (edits && !canEditTicket(viewer, facts)) throw forbidden('You may not edit this ticket.');
    if (status !== undefined && !canChangeStatus(viewer, facts)) {
      throw forbidden("You may not change this ticket's status.");
    }
    if (assignedTo !== undefined && !canAssignTicket(viewer, facts)) throw forbidden('You may not assign this ticket.');
  }

  /** Puts the given fields into the ticket, if nothing is wrong with them. */
  async #apply(
    em: EntityManager,
    check: InputCheck,
    ticket: Ticket,
    input: UpdateTicketInput,
    assignee: User | null,
  ): Promise<void> {
    if (check.requiredInUpdate('title', input.title)) ticket.title = check.text('title', input.title, TITLE);
    if (check.requiredInUpdate('description', input.description)) {
      ticket.description = check.text('description', input.description, DESCRIPTION);
    }
    if (input.details !== undefined) {
      const details = check.json('details', input.details);
      if (!sameJson(details, ticket.details)) ticket.details = details;
    }
    if (check.requiredInUpdate('type', input.type)) ticket.type = input.type;
    if (check.requiredInUpdate('priority', input.priority)) ticket.priority = input.priority;
    if (check.requiredInUpdate('status', input.status)) this.#changeStatus(ticket, input.status);
    if (input.productId !== undefined) {
      const product = await this.#product(em, check, input.productId);
      ticket.product = product && ref(product);
    }
    if (input.assignedTo !== undefined) ticket.assignedTo = assignee && ref(assignee);
    check.done();
  }

  /**
   * A closed ticket keeps an assignee whose account is deleted; reopened, it must not wait for them. Their deletion locks
   * no closed ticket, so the two cannot wait for each other though the ticket is locked before the user here.
   */
  async #letGoOfDeleted(em: EntityManager, ticket: Ticket): Promise<void> {
    if (ticket.assignedTo === null) return;
    const living = { id: ticket.assignedTo.id, deletedAt: null };
    const assignee = await em.findOne(User, living, { lockMode: LockMode.PESSIMISTIC_READ });
    if (assignee === null) ticket.assignedTo = null;
  }

  #changeStatus(ticket: Ticket, status: TicketStatus): void {
    if (status === ticket.status) return;
    ticket.status = status;
    ticket.closedAt = isActive(status) ? null : this.#clock.now();
  }

  /**
   * Soft: it is absent from every read from now on, and `restoreTicket` brings it back (requirements C2).
   * @throws FORBIDDEN without the right
   */
  async delete(viewer: Viewer, id: string): Promise<string> {
    await this.#orm.em.fork().transactional(async (em) => {
      const ticket = await this.#locked(em, viewer, id);
      if (!canDeleteTicket(viewer, factsOf(ticket))) throw forbidden('You may not delete this ticket.');
      ticket.deletedAt = this.#clock.now();
      this.#record(em, ticket, viewer, TicketEventKind.DELETED);
      await this.#notifications.cancelForTicket(em, ticket, NotificationCancelReason.TICKET_DELETED);
    });
    return id.toLowerCase();
  }

  /** A ticket that the viewer may see, its row locked until the transaction ends. */
  async #locked(em: EntityManager, viewer: Viewer, id: string): Promise<Ticket> {
    const ticket = isId(id) ? await em.findOne(Ticket, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null;
    if (ticket === null || !canViewTicket(viewer, factsOf(ticket))) throw notFound();
    return ticket;
  }

  #record(em: EntityManager, ticket: Ticket, viewer: Viewer, kind: TicketEventKind, changes: FieldChange[] = []): void {
    em.create(TicketEvent, { kind, ticket: ref(ticket), actor: viewer.id, changes, createdAt: this.#clock.now() });
  }
}
