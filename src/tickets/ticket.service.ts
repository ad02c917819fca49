import { LockMode } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { type Viewer } from '../accounts/viewer.js';
import { type Clock } from '../common/clock.js';
import { isId, newId } from '../common/id.js';
import { forbidden, UserErrorCode, userInputError } from '../graphql/errors.js';
import { InputCheck } from '../graphql/input-check.js';
import { NotificationCancelReason } from '../notifications/notification.entity.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { findProduct, type TicketChanger } from './ticket-changer.js';
import { changesBetween, DESCRIPTION, ownChanges, recordedOwnFields, TITLE } from './ticket-changes.js';
import { TicketEventKind } from './ticket-event.entity.js';
import { type TicketWriter } from './ticket-writer.js';
import { isActive, Ticket, TicketPriority, TicketStatus, TicketType } from './ticket.entity.js';
import { type CreateTicketInput, type UpdateTicketInput } from './ticket.inputs.js';
import {
  canCreateTicket,
  canDeleteTicket,
  canRestoreTickets,
  canViewTicket,
  factsOf,
  factsOfRow,
} from './ticket.policy.js';
import { type TicketRow } from './ticket.reader.js';
import { lockAssigneeOf, repairReferences } from './repair-references.js';
import { visibleTicketsWhere } from './ticket-visibility.js';
import { findReferredUser } from './user-ref.js';

/** The ticket that a call made or changed; with its row where the call has it at hand. */
export interface ChangedTicket {
  readonly id: string;
  readonly written?: TicketRow;
}

/** Whether the ids are UUIDs, and the name or address of the user is one that PostgreSQL can hold. */
function namesOnlyIds({ productId, assignedTo }: CreateTicketInput): boolean {
  if (productId != null && !isId(productId)) return false;
  if (!assignedTo) return true;
  const { id, username, email } = assignedTo;
  return id == null ? !(username ?? email ?? '').includes('\0') : isId(id);
}

/** @throws UserInputError CONFLICT when the client looked at another version */
function checkVersion(ticket: { readonly id: string; readonly version: number }, expected?: number | null): void {
  if (expected == null || expected === ticket.version) return;
  throw userInputError(
    UserErrorCode.CONFLICT,
    'expectedVersion',
    'Somebody changed the ticket meanwhile. Look at what it is now, and make your change again.',
    { ticketId: ticket.id },
  );
}

/**
 * Creates, changes, deletes and restores tickets: one transaction each, with its event and its mails. Gives the
 * ticket's id.
 */
export class TicketService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #notifications: NotificationService;
  readonly #changer: TicketChanger;
  readonly #writer: TicketWriter;

  constructor(deps: {
    orm: MikroORM;
    clock: Clock;
    notifications: NotificationService;
    changer: TicketChanger;
    writer: TicketWriter;
  }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
    this.#changer = deps.changer;
    this.#writer = deps.writer;
  }

  /**
   * Sending the same call again with an id of the client's own returns the first ticket and creates nothing.
   * @throws FORBIDDEN without the right; UserInputError for what is wrong with the input
   */
  async create(viewer: Viewer, input: CreateTicketInput): Promise<ChangedTicket> {
    if (!canCreateTicket(viewer)) throw forbidden('Your account may not create tickets.');
    const check = new InputCheck();
    const title = check.text('title', input.title, TITLE);
    const description = check.text('description', input.description, DESCRIPTION);
    const details = check.json('details', input.details);
    if (!check.found && (input.id == null || isId(input.id)) && namesOnlyIds(input)) {
      const now = this.#clock.now().toISOString();
      const status = input.status ?? TicketStatus.OPEN;
      const written = await this.#writer.create(
        viewer,
        {
          id: input.id?.toLowerCase() ?? newId(),
          title,
          description,
          details,
          type: input.type ?? TicketType.BUG,
          priority: input.priority ?? TicketPriority.MEDIUM,
          status,
          productId: input.productId ?? null,
          createdById: viewer.id,
          createdAt: now,
          closedAt: isActive(status) ? null : now,
        },
        input.assignedTo ?? null,
      );
      if (written) {
        this.#notifications.scheduleDelivery(written.pending);
        return { id: written.ticket.id, written: written.ticket };
      }
    }
    const earlier = input.id == null ? null : await this.#earlierCall(viewer, input.id);
    if (earlier !== null) return { id: earlier };
    await this.#lookUp(check, input);
    check.done();
    throw userInputError(UserErrorCode.CONFLICT, null, 'What the ticket names was just changed. Try again.');
  }

  /** Adds what is wrong with the people and products that the input names. */
  async #lookUp(check: InputCheck, input: CreateTicketInput): Promise<void> {
    await this.#orm.em.fork().transactional(async (em) => {
      await findProduct(em, check, input.productId);
      if (input.assignedTo) await findReferredUser(em, check, 'assignedTo', input.assignedTo);
    });
  }

  /**
   * The ticket that the viewer created with this id before, as long as they may see it.
   * @throws UserInputError CONFLICT for any other ticket with this id; it tells nothing of the ticket
   */
  async #earlierCall(viewer: Viewer, id: string): Promise<string | null> {
    if (!isId(id)) throw userInputError(UserErrorCode.INVALID, 'id', 'An id of your own must be a UUID.');
    const ticket = await this.#orm.em.fork().findOne(Ticket, { id });
    if (ticket === null) return null;
    if (ticket.createdBy.id === viewer.id && canViewTicket(viewer, factsOf(ticket))) return ticket.id;
    throw userInputError(UserErrorCode.CONFLICT, 'id', 'This id is in use. Choose another one.');
  }

  /**
   * Changes the fields that are given. Two changes at once happen one after the other, and neither is lost: the row is
   * locked, or written only if it is still the one that was read.
   * @throws FORBIDDEN for a field that the viewer may not change; UserInputError for what is wrong with the input, with
   * CONFLICT when the ticket has another version than expected
   */
  async update(viewer: Viewer, input: UpdateTicketInput): Promise<ChangedTicket> {
    const { id, expectedVersion, ...change } = input;
    const written = await this.#updateUnlocked(viewer, input);
    if (written) return { id: id.toLowerCase(), written };
    const pending = await this.#orm.em.fork().transactional(async (em) => {
      const prepared = await this.#changer.prepare(em, change);
      const ticket = await this.#changer.locked(em, viewer, id);
      this.#changer.checkRights(viewer, factsOf(ticket), change);
      checkVersion(ticket, expectedVersion);
      return this.#changer.change(em, viewer, ticket, prepared);
    });
    this.#notifications.scheduleDelivery(pending);
    return { id: id.toLowerCase() };
  }

  /**
   * Changes a ticket's own fields without a lock, as it was read. Null, with nothing done, when something else is to be
   * changed or locked too, or somebody was faster.
   */
  async #updateUnlocked(viewer: Viewer, input: UpdateTicketInput): Promise<TicketRow | null> {
    const { id, expectedVersion, ...change } = input;
    if (change.assignedTo !== undefined || change.productId !== undefined || !isId(id)) return null;
    const ticket = await this.#writer.read(id);
    if (ticket === null || !canViewTicket(viewer, factsOfRow(ticket))) return null;
    this.#changer.checkRights(viewer, factsOfRow(ticket), change);
    checkVersion(ticket, expectedVersion);
    const check = new InputCheck();
    const given = ownChanges(ticket, change, check);
    check.done();

    const changes = changesBetween(recordedOwnFields(ticket), recordedOwnFields({ ...ticket, ...given }));
    if (changes.length === 0) return ticket;
    const { status } = given;
    const closes = status !== undefined && status !== ticket.status;
    // A deleted assignee is let go of then, under their lock.
    if (closes && ticket.assignedToId !== null && isActive(status) && !isActive(ticket.status)) return null;
    const closedAt = closes && !isActive(status) ? this.#clock.now().toISOString() : null;
    const done = await this.#writer.change(viewer, ticket, { ...given, ...(closes && { closedAt }) }, changes);
    if (done) this.#notifications.scheduleDelivery(done.pending);
    return done && done.ticket;
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
    const pending = await this.#orm.em.fork().transactional(async (em) => {
      if (isId(id)) await lockAssigneeOf(em, id);
      const where = { $and: [{ id }, visibleTicketsWhere(viewer, { deletedToo: true })] };
      const ticket = isId(id) ? await em.findOne(Ticket, where, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null;
      if (ticket === null || !canViewTicket(viewer, { ...factsOf(ticket), deleted: false })) {
        throw userInputError(UserErrorCode.NOT_FOUND, 'id', 'There is no ticket with this id.');
      }
      const { deletedAt } = ticket;
      if (deletedAt === null) return [];
      ticket.deletedAt = null;
      const changes = await repairReferences(em, ticket);
      this.#changer.record(em, viewer, ticket, TicketEventKind.RESTORED, changes);
      return this.#notifications.restored(em, ticket, deletedAt);
    });
    this.#notifications.scheduleDelivery(pending);
    return id.toLowerCase();
  }
}
