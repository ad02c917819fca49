import { type Pool } from 'pg';
import { z } from 'zod';
import { openProbe } from './probe.js';
import { shareNext } from './share-next.js';

/** A position in a primary's write-ahead log. */
export interface LogPosition {
  /** Bytes from the log's beginning (PostgreSQL's LSN). */
  readonly lsn: number;
  /** Incremented by each promotion: positions are comparable within one timeline only. */
  readonly timeline: number;
}

const position = z.object({ lsn: z.number(), timeline: z.number() });
const identity = z.object({ system: z.string() });

/** An acknowledged commit lies before the flush position; with synchronous_commit off only before the insert position. */
const END = `
  select pg_wal_lsn_diff(case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn()
      else pg_current_wal_flush_lsn() end, '0/0')::float8 as lsn,
    ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int as timeline`;

/** Reads the primary's WAL position, to tell whether a replica has replayed a change. */
export class PrimaryLog {
  readonly #probe: Pool;

  constructor(databaseUrl: string) {
    this.#probe = openProbe(databaseUrl);
  }

  /**
   * The end of the log: every change that was acknowledged before the call lies before it.
   * @throws when the server does not answer soon, or is not a primary
   */
  readonly end = shareNext(async (): Promise<LogPosition> => position.parse((await this.#probe.query(END)).rows[0]));

  /** PostgreSQL's identifier of the cluster, which a primary and its replicas have in common. */
  async system(): Promise<string> {
    const { rows } = await this.#probe.query('select system_identifier::text as system from pg_control_system()');
    return identity.parse(rows[0]).system;
  }

  async close(): Promise<void> {
    await this.#probe.end();
  }
}
