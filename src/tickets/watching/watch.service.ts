import { sql } from 'kysely';
import { type Viewer } from '../../accounts/viewer.js';
import { type Clock } from '../../common/clock.js';
import { cancelledByIgnoring } from '../../notifications/notification-sql.js';
import { noSuchTicket } from '../ticket-rights.js';
import { lockVisible } from '../ticket.service.js';
import { type TicketStore } from '../ticket.store.js';
import { WatchState } from './watch-state.js';
import { type SetTicketWatchStateInput } from './watch.inputs.js';

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
      if (state === WatchState.DEFAULT) {
        await tx.run(sql`delete from ticket_watch where ticket_id = ${id} and user_id = ${viewer.id}`);
        return;
      }
      await tx.run(sql`
        insert into ticket_watch (ticket_id, user_id, state, created_at) values (${id}, ${viewer.id}, ${state}, ${now})
        on conflict (ticket_id, user_id) do update set state = excluded.state, created_at = excluded.created_at
        where ticket_watch.state <> excluded.state`);
      if (state === WatchState.WATCHING) return;
      await tx.run(sql`${cancelledByIgnoring(sql`${id}`, sql`${viewer.id}`, sql`${now}::timestamptz`)}`);
    });
    return id;
  }
}
