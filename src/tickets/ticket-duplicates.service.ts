import { sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { type Clock } from '../common/clock.js';
import { type Row } from '../database/row.js';
import { type MarkDuplicateInput } from './ticket-change.inputs.js';
import { type TicketTransaction } from './ticket-transaction.js';
import { visibleTickets } from './ticket-visibility.js';
import { markDuplicate, unmarkDuplicate } from './ticket-duplicates.commands.js';
import { noSuchTicket } from './ticket-rights.js';
import { type Ticket } from './ticket.entity.js';
import { lockVisible } from './ticket.service.js';
import { type TicketStore } from './ticket.store.js';

/**
 * Links a ticket to the one that it repeats, and takes the link away again (docs/behaviour.md, "Duplicates"). A
 * duplicate has one original, which is no duplicate itself, as far as the viewer can see: links to hidden or deleted
 * tickets are treated as absent, so that no answer reveals them.
 */
export class TicketDuplicatesService {
  readonly #clock: Clock;
  readonly #store: TicketStore;

  constructor(deps: { clock: Clock; store: TicketStore }) {
    this.#clock = deps.clock;
    this.#store = deps.store;
  }

  /**
   * Gives the duplicate's id. Replaces a link that it has already.
   * @throws FORBIDDEN without the right to edit the ticket; UserInputError for tickets that cannot be linked
   */
  async mark(viewer: Viewer, input: MarkDuplicateInput): Promise<string> {
    const duplicateId = input.ticketId.toLowerCase();
    const originalId = input.duplicateOfId.toLowerCase();
    await this.#store.transaction(async (tx) => {
      const snapshots = await lockVisible(tx, viewer, [duplicateId, originalId]);
      const duplicate = snapshots.find(({ ticket }) => ticket.id === duplicateId);
      const original = snapshots.find(({ ticket }) => ticket.id === originalId)?.ticket;
      if (!duplicate) throw noSuchTicket('ticketId');
      const links = {
        close: input.close ?? true,
        hasDuplicates: await this.#exists(tx, viewer, 'duplicate_of_id', duplicateId),
      };
      const linked = original && { id: original.id, isDuplicate: await this.#seesOriginalOf(tx, viewer, original) };
      await tx.save([markDuplicate(viewer, duplicate, linked ?? null, links, this.#clock.now().toISOString())]);
    });
    return duplicateId;
  }

  /**
   * Takes the link away; the status stays as it is. A ticket without a link that the viewer can see is not changed.
   * @throws FORBIDDEN without the right to edit the ticket
   */
  async unmark(viewer: Viewer, given: string): Promise<string> {
    const ticketId = given.toLowerCase();
    await this.#store.transaction(async (tx) => {
      const [snapshot] = await lockVisible(tx, viewer, [ticketId]);
      if (!snapshot) throw noSuchTicket('ticketId');
      const seesOriginal = await this.#seesOriginalOf(tx, viewer, snapshot.ticket);
      await tx.save([unmarkDuplicate(viewer, snapshot, { seesOriginal }, this.#clock.now().toISOString())]);
    });
    return ticketId;
  }

  async #seesOriginalOf(tx: TicketTransaction, viewer: Viewer, { duplicateOfId }: Row<Ticket>): Promise<boolean> {
    return duplicateOfId !== null && this.#exists(tx, viewer, 'id', duplicateOfId);
  }

  /** Whether the viewer can see a ticket with this id in a column. */
  async #exists(tx: TicketTransaction, viewer: Viewer, column: 'id' | 'duplicate_of_id', id: string): Promise<boolean> {
    const found = await tx.run(
      sql`select from ticket t where ${sql.ref(`t.${column}`)} = ${id} and ${visibleTickets(viewer, 't')} limit 1`,
    );
    return found.length > 0;
  }
}
