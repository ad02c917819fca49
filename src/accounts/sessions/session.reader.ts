import { sql } from 'kysely';
import { type Clock } from '../../common/clock.js';
import { type Row } from '../../database/row.js';
import { type Db } from '../../database/db.js';
import { Session } from './session.entity.js';

export type SessionRow = Row<Session>;

export class SessionReader {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** A person's live sessions, last used first. */
  async live(userId: string): Promise<SessionRow[]> {
    return this.#db.pipelined(
      sql<SessionRow>`select ${this.#db.columns(Session, 's')} from session s
        where s.user_id = ${userId} and s.revoked_at is null and s.expires_at > ${this.#clock.now().toISOString()}::timestamptz
        order by s.last_used_at desc, s.id desc`,
    );
  }
}
