import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { type Viewer } from '../accounts/viewer.js';
import { type Clock } from '../common/clock.js';
import { isId } from '../common/id.js';
import { ForbiddenError } from '../common/errors.js';
import { UserErrorCode, userInputError } from '../common/user-errors.js';
import { InputCheck } from '../common/input-check.js';
import { type Notification, NotificationCancelReason } from '../notifications/notification.entity.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { Product } from '../products/product.entity.js';
import { User } from '../accounts/users/user.entity.js';
import { changesBetween, ownChanges, recordedFields } from './ticket-changes.js';
import { type FieldChange, TicketEvent, TicketEventKind } from './ticket-event.entity.js';
import { isActive, Ticket, type TicketStatus } from './ticket.entity.js';
import { type UpdateTicketInput } from './ticket.inputs.js';
import {
  canAssignTicket,
  canChangeStatus,
  canEditTicket,
  canViewTicket,
  factsOf,
  type TicketFacts,
} from './ticket.policy.js';
import { visibleTicketsWhere } from './ticket-visibility.js';
import { findReferredUser } from './user-ref.js';

/** The fields of a ticket that a person may change, each as `updateTicket` takes it. */
export type TicketChange = Omit<UpdateTicketInput, 'id' | 'expectedVersion'>;

/** A change with the people and products that it names looked up. What could not be found stands in `lookUps`. */
export interface PreparedChange {
  readonly change: TicketChange;
  readonly lookUps: InputCheck;
  readonly assignee: User | null;
  readonly product: Product | null;
}

/** A live product. Shared lock: its deletion waits, and then sees the ticket that names it. */
export async function findProduct(
  em: EntityManager,
  check: InputCheck,
  id: string | null | undefined,
): Promise<Product | null> {
  if (id == null) return null;
  const product = isId(id)
    ? await em.findOne(Product, { id, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_READ })
    : null;
  if (product === null) check.add(UserErrorCode.NOT_FOUND, 'productId', 'There is no product with this id.');
  return product;
}

/** What every change of a ticket has in common: the lock, the rights, the event and the mails. It flushes nothing. */
export class TicketChanger {
  readonly #clock: Clock;
  readonly #notifications: NotificationService;

  constructor(deps: { clock: Clock; notifications: NotificationService }) {
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
  }

  /**
   * Looks up what a change names, and locks it. Before any ticket is locked, as the deletion of a user locks the user
   * first and then tickets.
   */
  async prepare(em: EntityManager, change: TicketChange): Promise<PreparedChange> {
    const lookUps = new InputCheck();
    const assignee = change.assignedTo ? await findReferredUser(em, lookUps, 'assignedTo', change.assignedTo) : null;
    const product = await findProduct(em, lookUps, change.productId);
    return { change, lookUps, assignee, product };
  }

  /**
   * A ticket that the viewer may see, its row locked until the transaction ends.
   * @param field the input's field that holds the id
   * @throws UserInputError NOT_FOUND
   */
  async locked(em: EntityManager, viewer: Viewer, id: string, field = 'id'): Promise<Ticket> {
    // A hidden ticket is not locked: waiting for its lock would tell that it is there.
    const where = { $and: [{ id }, visibleTicketsWhere(viewer)] };
    const ticket = isId(id) ? await em.findOne(Ticket, where, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null;
    if (ticket === null || !canViewTicket(viewer, factsOf(ticket))) {
      throw userInputError(UserErrorCode.NOT_FOUND, field, 'There is no ticket with this id.');
    }
    return ticket;
  }

  /** @throws FORBIDDEN for a field that the viewer may not change: it is never skipped (requirements C5) */
  checkRights(viewer: Viewer, facts: TicketFacts, change: TicketChange): void {
    const { status, assignedTo, ...others } = change;
    const edits = Object.values(others).some((value) => value !== undefined);
    if (edits && !canEditTicket(viewer, facts)) throw new ForbiddenError('You may not edit this ticket.');
    if (status !== undefined && !canChangeStatus(viewer, facts)) {
      throw new ForbiddenError("You may not change this ticket's status.");
    }
    if (assignedTo !== undefined && !canAssignTicket(viewer, facts)) {
      throw new ForbiddenError('You may not assign this ticket.');
    }
  }

  /**
   * Changes the given fields of a locked ticket, and records what differs then. Gives the mails that are owed: the
   * caller commits, then wakes them. Ask `checkRights` before.
   * @throws UserInputError for what is wrong with the input
   */
  async change(em: EntityManager, viewer: Viewer, ticket: Ticket, prepared: PreparedChange): Promise<Notification[]> {
    const { assignee } = prepared;
    const before = recordedFields(ticket);
    const wasClosed = !isActive(ticket.status);
    this.#apply(ticket, prepared);
    if (wasClosed && isActive(ticket.status)) await this.#unassignDeletedUser(em, ticket);
    const changes = this.recordChange(em, viewer, ticket, before);
    if (!changes.some(({ field }) => field === 'assignedTo')) return this.notify(em, viewer, ticket, changes);
    const reason = assignee ? NotificationCancelReason.REASSIGNED : NotificationCancelReason.UNASSIGNED;
    await this.#notifications.cancelForTicket(em, ticket, reason);
    if (assignee === null) return [];
    return this.#notifications.assigned(em, { ticket, status: ticket.status, assignee, actorId: viewer.id });
  }

  /** Records what differs from the fields before, if anything does. */
  recordChange(
    em: EntityManager,
    viewer: Viewer,
    ticket: Ticket,
    before: ReturnType<typeof recordedFields>,
  ): FieldChange[] {
    const changes = changesBetween(before, recordedFields(ticket));
    if (changes.length > 0) {
      ticket.updatedAt = this.#clock.now();
      this.record(em, viewer, ticket, TicketEventKind.CHANGED, changes);
    }
    return changes;
  }

  /** Owes the assignee a mail about changes of other fields than the assignee, if there are any (requirements C13). */
  async notify(em: EntityManager, viewer: Viewer, ticket: Ticket, changes: FieldChange[]): Promise<Notification[]> {
    return changes.length > 0 ? this.#notifications.updated(em, ticket, changes, viewer.id) : [];
  }

  record(em: EntityManager, viewer: Viewer, ticket: Ticket, kind: TicketEventKind, changes: FieldChange[] = []): void {
    em.create(TicketEvent, { kind, ticket: ref(ticket), actor: viewer.id, changes, createdAt: this.#clock.now() });
  }

  changeStatus(ticket: Ticket, status: TicketStatus): void {
    if (status === ticket.status) return;
    ticket.status = status;
    ticket.closedAt = isActive(status) ? null : this.#clock.now();
  }

  /** Puts the given fields into the ticket, if nothing is wrong with them. */
  #apply(ticket: Ticket, { change, lookUps, assignee, product }: PreparedChange): void {
    const check = new InputCheck();
    const { status, ...others } = ownChanges(ticket, change, check);
    Object.assign(ticket, others);
    if (status !== undefined) this.changeStatus(ticket, status);
    if (change.productId !== undefined) ticket.product = product && ref(product);
    if (change.assignedTo !== undefined) ticket.assignedTo = assignee && ref(assignee);
    check.include(lookUps);
    check.done();
  }

  /**
   * A closed ticket keeps an assignee whose account is deleted; reopened, it must not wait for them. Their deletion locks
   * no closed ticket, so the two cannot wait for each other though the ticket is locked before the user here.
   */
  async #unassignDeletedUser(em: EntityManager, ticket: Ticket): Promise<void> {
    if (ticket.assignedTo === null) return;
    const living = { id: ticket.assignedTo.id, deletedAt: null };
    const assignee = await em.findOne(User, living, { lockMode: LockMode.PESSIMISTIC_READ });
    if (assignee === null) ticket.assignedTo = null;
  }
}
