import { sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { type Clock } from '../common/clock.js';
import { isId, newId } from '../common/id.js';
import { type Row } from '../database/row.js';
import { ForbiddenError } from '../common/errors.js';
import { UserErrorCode, UserInputError, userInputError } from '../common/user-errors.js';
import { type UpdateTicketsInput } from './ticket-change.inputs.js';
import {
  mailsCancelledByDeletion,
  findNamedReferences,
  lockAssignee,
  lockAssigneesOf,
  lockNamedReferences,
  lockTicketReferences,
} from './ticket-references.js';
import { checkMayCreate, checkMayNotify, checkRights, noSuchTicket } from './ticket-rights.js';
import { type TicketTransaction } from './ticket-transaction.js';
import { type NewEvent } from './ticket-statements.js';
import { readableTickets, visibleTickets } from './ticket-visibility.js';
import { findMentions, ticketText } from './mentions/find-mentions.js';
import { type RunQuery } from './ticket-statements.js';
import { type MentionedUsers, type TicketSnapshot } from './ticket-write.js';
import {
  createTicket,
  deleteTicket,
  needsLocks,
  reopensAssigned,
  restoreTicket,
  updateTicket,
} from './ticket.commands.js';
import { isActive, type Ticket } from './ticket.entity.js';
import { type CreateTicketInput, type UpdateTicketInput } from './ticket.inputs.js';
import { canRestoreTickets, canViewTicket, factsOfRow } from './ticket.policy.js';
import { type SavedTicket, type TicketStore } from './ticket.store.js';

/** Maximum number of tickets of one `updateTickets`. */
export const MAX_TICKETS_PER_UPDATE = 100;

/** The ticket that was created or changed, with its row if the statement returned it. */
export interface ChangedTicket {
  readonly id: string;
  readonly written?: Row<Ticket>;
  /** Left out when nothing changed. */
  readonly event?: NewEvent;
}

function checkNumber(ids: readonly string[]): void {
  if (ids.length === 0) throw userInputError(UserErrorCode.REQUIRED, 'ids', 'Name at least one ticket.');
  if (ids.length > MAX_TICKETS_PER_UPDATE) {
    throw userInputError(
      UserErrorCode.INVALID,
      'ids',
      `At most ${MAX_TICKETS_PER_UPDATE} tickets at once, not ${ids.length}.`,
    );
  }
}

/** Restricts locking to tickets that the viewer may see. */
export async function lockVisible(
  tx: TicketTransaction,
  viewer: Viewer,
  ids: readonly string[],
): Promise<TicketSnapshot[]> {
  const known = [...new Set(ids.filter(isId))];
  const snapshots = await tx.lock(sql`t.id = any(${known}::uuid[]) and ${visibleTickets(viewer, 't')}`);
  return snapshots.filter(({ ticket }) => canViewTicket(viewer, factsOfRow(ticket)));
}

async function lockAssigneesOfReopened(
  { run }: TicketTransaction,
  viewer: Viewer,
  ids: readonly string[],
  { status }: Pick<UpdateTicketInput, 'status'>,
): Promise<void> {
  if (status == null || !isActive(status)) return;
  await lockAssigneesOf(run, ids, sql`t.status in ('DONE', 'CLOSED') and ${visibleTickets(viewer, 't')}`);
}

/** Whom title and description name after a change, if it changes one of them. */
async function newMentions(
  run: RunQuery,
  viewer: Viewer,
  { ticket }: TicketSnapshot,
  { title, description }: Pick<UpdateTicketInput, 'title' | 'description'>,
): Promise<MentionedUsers | null> {
  const changed = { title: title ?? ticket.title, description: description ?? ticket.description };
  return findMentions(run, ticketText(changed), ticketText(ticket), viewer.id);
}

/**
 * Creates, changes, deletes and restores tickets: loads a snapshot, has a command decide (ticket.commands.ts), and
 * saves its write (ticket.store.ts).
 */
export class TicketService {
  readonly #clock: Clock;
  readonly #store: TicketStore;

  constructor(deps: { clock: Clock; store: TicketStore }) {
    this.#clock = deps.clock;
    this.#store = deps.store;
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }

  /**
   * Idempotent with an id of the client's own: a repeated call returns the first ticket and creates nothing.
   * @throws FORBIDDEN without the right; UserInputError for invalid input
   */
  async create(viewer: Viewer, input: CreateTicketInput): Promise<ChangedTicket> {
    checkMayCreate(viewer);
    checkMayNotify(viewer, input.notify);
    const id = input.id?.toLowerCase() ?? newId();
    const saved = await this.#createUnlocked(viewer, id, input);
    if (saved) return { id, written: saved.ticket };
    if (input.id != null && (await this.#isEarlierCall(viewer, input.id))) return { id };
    const isNew = await this.#store.transaction(async (tx) => {
      const named = await lockNamedReferences(tx.run, input);
      const naming = await findMentions(tx.run, ticketText(input), null, viewer.id);
      return tx.create(createTicket(viewer, id, input, named, this.#now(), naming));
    });
    if (!isNew) throw userInputError(UserErrorCode.CONFLICT, 'id', 'This id was just taken. Try again.');
    return { id };
  }

  /** Null, with nothing written, for invalid input and for what only a transaction can decide. */
  async #createUnlocked(viewer: Viewer, id: string, input: CreateTicketInput): Promise<SavedTicket | null> {
    if (!isId(id)) return null;
    const named = await findNamedReferences(this.#store.run, input);
    const naming = await findMentions(this.#store.run, ticketText(input), null, viewer.id);
    try {
      return await this.#store.save(createTicket(viewer, id, input, named, this.#now(), naming));
    } catch (error) {
      // Reported by the slow path, which answers a repeated call with the same id first.
      if (error instanceof UserInputError) return null;
      throw error;
    }
  }

  /**
   * Whether the viewer created a ticket with this id before, and may still see it.
   * @throws UserInputError CONFLICT for any other ticket with this id; the error reveals nothing about it
   */
  async #isEarlierCall(viewer: Viewer, id: string): Promise<boolean> {
    if (!isId(id)) throw userInputError(UserErrorCode.INVALID, 'id', 'An id of your own must be a UUID.');
    const earlier = await this.#store.load(id.toLowerCase());
    if (earlier === null) return false;
    const { ticket } = earlier;
    if (ticket.createdById === viewer.id && canViewTicket(viewer, factsOfRow(ticket))) return true;
    throw userInputError(UserErrorCode.CONFLICT, 'id', 'This id is in use. Choose another one.');
  }

  /**
   * Changes the fields that are given. Of two concurrent changes neither is lost: the row is written only if it is
   * unchanged since it was read, or under a lock.
   * @throws FORBIDDEN for a field that the viewer may not change; UserInputError for invalid input, with CONFLICT when
   * the ticket has another version than expected
   */
  async update(viewer: Viewer, { id: given, ...change }: UpdateTicketInput): Promise<ChangedTicket> {
    checkMayNotify(viewer, change.notify);
    const id = given.toLowerCase();
    const saved = await this.#updateUnlocked(viewer, id, change);
    if (saved) return { id, ...saved };
    const [event] = await this.#store.transaction(async (tx) => {
      await lockAssigneesOfReopened(tx, viewer, [id], change);
      const named = await lockNamedReferences(tx.run, change);
      const [snapshot] = await lockVisible(tx, viewer, [id]);
      if (!snapshot) throw noSuchTicket('id');
      const live = reopensAssigned(snapshot.ticket, change) ? await lockAssignee(tx.run, snapshot.ticket) : undefined;
      const naming = await newMentions(tx.run, viewer, snapshot, change);
      return tx.save([updateTicket(viewer, snapshot, change, this.#now(), named, live, naming)]);
    });
    return { id, ...(event && { event }) };
  }

  /** Null, with nothing written, when the change needs locks, or a concurrent write won. */
  async #updateUnlocked(
    viewer: Viewer,
    id: string,
    change: Omit<UpdateTicketInput, 'id'>,
  ): Promise<Omit<ChangedTicket, 'id'> | null> {
    if (change.assignedTo !== undefined || change.productId !== undefined || !isId(id)) return null;
    const snapshot = await this.#store.load(id);
    if (snapshot === null || !canViewTicket(viewer, factsOfRow(snapshot.ticket))) return null;
    if (needsLocks(snapshot.ticket, change)) return null;
    const naming = await newMentions(this.#store.run, viewer, snapshot, change);
    const write = updateTicket(viewer, snapshot, change, this.#now(), undefined, undefined, naming);
    if (!write) return { written: snapshot.ticket };
    const saved = await this.#store.save(write);
    return saved && { written: saved.ticket, ...(saved.event && { event: saved.event }) };
  }

  /**
   * Changes all of the tickets or none, in one transaction. Gives the ids, each once, in the order of the input.
   * @throws FORBIDDEN without the right to change one of them; UserInputError for invalid input
   */
  async updateAll(viewer: Viewer, { ids: given, ...change }: UpdateTicketsInput): Promise<string[]> {
    checkMayNotify(viewer, change.notify);
    checkNumber(given);
    const ids = [...new Set(given.map((id) => id.toLowerCase()))];
    await this.#store.transaction(async (tx) => {
      await lockAssigneesOfReopened(tx, viewer, ids, change);
      const named = await lockNamedReferences(tx.run, change);
      const snapshots = await lockVisible(tx, viewer, ids);
      const visible = new Set(snapshots.map(({ ticket }) => ticket.id));
      const missing = given.flatMap((id, index) =>
        visible.has(id.toLowerCase()) ? [] : noSuchTicket(`ids.${index}`).userErrors,
      );
      if (missing.length > 0) throw new UserInputError(missing);
      for (const { ticket } of snapshots) checkRights(viewer, ticket, change);
      const writes = [];
      for (const snapshot of snapshots) {
        const live = reopensAssigned(snapshot.ticket, change) ? await lockAssignee(tx.run, snapshot.ticket) : undefined;
        writes.push(updateTicket(viewer, snapshot, change, this.#now(), named, live));
      }
      await tx.save(writes);
    });
    return ids;
  }

  /**
   * Soft delete: the ticket is absent from every read, and `restore` brings it back.
   * @throws FORBIDDEN without the right
   */
  async delete(viewer: Viewer, given: string): Promise<string> {
    const id = given.toLowerCase();
    await this.#store.transaction(async (tx) => {
      const [snapshot] = await lockVisible(tx, viewer, [id]);
      if (!snapshot) throw noSuchTicket('id');
      await tx.save([deleteTicket(viewer, snapshot, this.#now())]);
    });
    return id;
  }

  /**
   * Brings a deleted ticket and its comments back. One that is not deleted stays as it is.
   * @throws FORBIDDEN without the right; UserInputError NOT_FOUND
   */
  async restore(viewer: Viewer, given: string): Promise<string> {
    if (!canRestoreTickets(viewer)) throw new ForbiddenError('Restoring tickets needs canDeleteAll.');
    const id = given.toLowerCase();
    if (!isId(id)) throw noSuchTicket('id');
    await this.#store.transaction(async (tx) => {
      const readable = readableTickets(viewer, 't', { deletedToo: true });
      await lockAssigneesOf(tx.run, [id], readable);
      const [snapshot] = await tx.lock(sql`t.id = ${id} and ${readable}`);
      if (!snapshot || !canViewTicket(viewer, { ...factsOfRow(snapshot.ticket), deleted: false }))
        throw noSuchTicket('id');
      const live = await lockTicketReferences(tx.run, snapshot.ticket);
      const cancelled = await mailsCancelledByDeletion(tx.run, snapshot.ticket);
      await tx.save([restoreTicket(viewer, snapshot, { live, cancelled }, this.#now())]);
    });
    return id;
  }
}
