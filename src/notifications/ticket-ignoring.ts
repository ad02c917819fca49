import { type RawBuilder, sql } from 'kysely';
import { type Clock } from '../common/clock.js';
import { type Db } from '../database/db.js';
import { ticketsVisibleTo } from '../tickets/ticket-visibility.js';
import { type IgnoredTicket } from './ignore-tokens.js';
import { cancelledByIgnoring } from './notification-sql.js';

/** Ignores tickets for people who are not signed in but have the link of a mail. */
export class TicketIgnoring {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor(deps: { db: Db; clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  /** The ticket's number; null if the person is gone, or may not see the ticket. */
  async find(ignored: IgnoredTicket): Promise<number | null> {
    return this.#number(visible(ignored));
  }

  /** As `find`, and from then on the person ignores the ticket: mails about it that wait are cancelled. */
  async ignore(ignored: IgnoredTicket): Promise<number | null> {
    const now = sql`${this.#clock.now().toISOString()}::timestamptz`;
    return this.#number(sql`
      with visible as (${visible(ignored)}), ignored as (
        insert into ticket_watch (ticket_id, user_id, state, created_at)
        select ticket_id, user_id, 'IGNORED', ${now} from visible
        on conflict (ticket_id, user_id) do update set state = excluded.state, created_at = excluded.created_at
      ), cancelled as (
        ${cancelledByIgnoring(sql`(select ticket_id from visible)`, sql`(select user_id from visible)`, now)}
      )
      select number from visible`);
  }

  async #number(query: RawBuilder<unknown>): Promise<number | null> {
    const found = await this.#db.first(sql<{ number: number }>`${query}`);
    return found?.number ?? null;
  }
}

function visible({ userId, ticketId }: IgnoredTicket): RawBuilder<unknown> {
  return sql`
    select t.id as ticket_id, t.number, u.id as user_id from ticket t, "user" u join role r on r.id = u.role_id
    where t.id = ${ticketId} and u.id = ${userId} and u.deleted_at is null and ${ticketsVisibleTo('u', 'r', 't')}`;
}
