import { type Viewer } from '../../accounts/viewer.js';
import { type Clock } from '../../common/clock.js';
import { noSuchTicket } from '../ticket-rights.js';
import { lockVisible } from '../ticket.service.js';
import { type TicketStore } from '../ticket.store.js';
import { type SetTicketWatchStateInput } from './watch.inputs.js';
import { writeWatch } from './write-watch.js';

/** Lets people watch and ignore tickets (docs/behaviour.md, "Watching"). */
export class WatchService {
  readonly #clock: Clock;
  readonly #store: TicketStore;

  constructor(deps: { clock: Clock; store: TicketStore }) {
    this.#clock = deps.clock;
    this.#store = deps.store;
  }

  /**
   * Gives the ticket's id.
   * @throws UserInputError NOT_FOUND for a ticket that the viewer may not see
   */
  async set(viewer: Viewer, { ticketId, state }: SetTicketWatchStateInput): Promise<string> {
    const id = ticketId.toLowerCase();
    const now = this.#clock.now().toISOString();
    await this.#store.transaction(async (tx) => {
      const [snapshot] = await lockVisible(tx, viewer, [id]);
      if (!snapshot) throw noSuchTicket('ticketId');
      await writeWatch(tx, { ticketId: id, userId: viewer.id, state }, now);
    });
    return id;
  }
}
