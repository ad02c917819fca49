import { type RawBuilder, sql } from 'kysely';
import { type Clock } from '../common/clock.js';
import { type Db } from '../database/db.js';
import { ticketsVisibleTo } from '../tickets/ticket-visibility.js';
import { type TicketStore } from '../tickets/ticket.store.js';
import { WatchState } from '../tickets/watching/watch-state.js';
import { writeWatch } from '../tickets/watching/write-watch.js';
import { type IgnoredTicket } from './ignore-tokens.js';

/** Ignores tickets for people who are not signed in but have the link of a mail. */
export class TicketIgnoring {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #store: TicketStore;

  constructor(deps: { db: Db; clock: Clock; store: TicketStore }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#store = deps.store;
  }

  /** The ticket's number; null if the person is gone, or may not see the ticket. */
  async find(ignored: IgnoredTicket): Promise<number | null> {
    const found = await this.#db.first(
      sql<{ number: number }>`select t.number from ticket t where ${visible(ignored)}`,
    );
    return found?.number ?? null;
  }

  /** As `find`, and from then on the person ignores the ticket: mails about it that wait are cancelled. */
  async ignore(ignored: IgnoredTicket): Promise<number | null> {
    return this.#store.transaction(async (tx) => {
      const [snapshot] = await tx.lock(visible(ignored));
      if (!snapshot) return null;
      await writeWatch(tx, { ...ignored, state: WatchState.IGNORED }, this.#clock.now().toISOString());
      return snapshot.ticket.number;
    });
  }
}

/** Whether the ticket `t` is that of the link, and its person may see it. */
function visible({ userId, ticketId }: IgnoredTicket): RawBuilder<boolean> {
  return sql<boolean>`t.id = ${ticketId} and exists (
    select from "user" u join role r on r.id = u.role_id
    where u.id = ${userId} and u.deleted_at is null and ${ticketsVisibleTo('u', 'r', 't')})`;
}
