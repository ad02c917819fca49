import { type Pool } from 'pg';
import { z } from 'zod';
import { openProbe } from './probe.js';
import { shareNext } from './share-next.js';

/** A place in a primary's write-ahead log. */
export interface LogPosition {
  /** Bytes from the log's beginning (PostgreSQL's LSN). */
  readonly lsn: number;
  /** Goes up by one whenever a replica is made the primary: from there on positions of the old one mean other changes. */
  readonly timeline: number;
}

const position = z.object({ lsn: z.number(), timeline: z.number() });
const identity = z.object({ system: z.string() });

/**
 * What a commit that was acknowledged has written is in front of the flushed end; without synchronous commits only in
 * front of what was inserted.
 */
const END = `
  select pg_wal_lsn_diff(case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn()
      else pg_current_wal_flush_lsn() end, '0/0')::float8 as lsn,
    ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int as timeline`;

/** The primary's write-ahead log, by which it is known whether a replica has a change. */
export class PrimaryLog {
  readonly #probe: Pool;

  constructor(databaseUrl: string) {
    this.#probe = openProbe(databaseUrl);
  }

  /**
   * Where the log ends: every change that was acknowledged before the call is in front of it.
   * @throws when the primary does not answer soon, or is none
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
