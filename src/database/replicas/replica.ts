import { type MikroORM, type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type Logger } from 'pino';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { withTimeout } from '../../common/timeout.js';
import { addressOf } from '../connection/database-config.js';
import { currentScope } from '../../observability/scope.js';
import { connectToReplica } from '../orm.js';
import { type Answer } from '../query.js';
import { type RunStatement, type Statement, statementsOn } from '../statements.js';
import { DatabaseUnavailableError } from '../unavailable-error.js';
import { type LogPosition } from './primary-log.js';
import { openProbe } from './probe.js';
import { shareNext } from './share-next.js';

/** Maximum wait of a read for a replica to catch up, before it goes to the primary. Usually a millisecond is enough. */
const CATCH_UP_MS = 50;
const CATCH_UP_POLL_MS = 1;

/**
 * - used: active, it serves reads.
 * - behind: lagging, it did not catch up in time.
 * - away: unreachable, or the connection broke.
 * - unfit: invalid, as it is no replica of this primary, or was promoted.
 */
export type ReplicaState = 'active' | 'lagging' | 'unreachable' | 'invalid';

const status = z.object({
  standby: z.boolean(),
  lsn: z.number().nullable(),
  system: z.string(),
  timeline: z.number(),
});

const replayed = z.object({ lsn: z.number() });

const WENT_BACK = 'it began anew';
const REPLAYED = `select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::float8 as lsn`;
/** PostgreSQL reports a standby's timeline at its next restart point: after a failover that may take some minutes. */
const STATUS = `
  ${REPLAYED}, pg_is_in_recovery() as standby, (select system_identifier::text from pg_control_system()) as system,
    greatest((select timeline_id from pg_control_checkpoint()),
      (select min_recovery_end_timeline from pg_control_recovery())) as timeline`;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** SQLSTATEs, and classes of them, that concern the statement and not the health of the server. */
const STATEMENT_STATES = ['22', '23', '25', '40', '42', '57014'];

function isServerWell(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return error.reason === 'pool full';
  if (!(error instanceof DatabaseError) || error.severity === 'FATAL') return false;
  return STATEMENT_STATES.some((prefix) => error.code?.startsWith(prefix));
}

/** One streaming replica: its replay position and state, and a pool for statements on it. */
export class Replica {
  /** `replica-1` and so on, in the order of the setting: used where the address must not be shown. */
  readonly name: string;
  readonly #logger: Logger;
  readonly #connect: () => PostgreSqlConnection;
  readonly #probe: Pool;
  readonly #underWay = new Set<(reason: Error) => void>();
  #connection: PostgreSqlConnection;
  #statements: RunStatement;
  #state: ReplicaState = 'unreachable';
  /** Why it is not used, as logged; undefined before the first check, whose result is always logged. */
  #reason: string | undefined;
  /** The replay position; it only grows while the replica is used. */
  #replayed = -1;
  #timeline = -1;
  #lagBytes = Number.NaN;
  /** The oldest position that was requested and is not replayed yet. */
  #missing: { readonly lsn: number; readonly since: number } | undefined;

  constructor({ orm, name, url, logger }: { orm: MikroORM; name: string; url: string; logger: Logger }) {
    this.name = name;
    this.#logger = logger.child({ replica: name, host: addressOf(url) });
    this.#connect = () =>
      connectToReplica(orm, url, (client, answer) => {
        void this.#verify(client).then(answer);
      });
    this.#connection = this.#connect();
    this.#statements = statementsOn(this.#connection);
    this.#probe = openProbe(url);
  }

  get state(): ReplicaState {
    return this.#state;
  }

  /** Replication lag in bytes at the last check; NaN when unknown. */
  get lag(): { readonly bytes: number; readonly seconds: number } {
    if (this.#state === 'unreachable' || this.#state === 'invalid') return { bytes: Number.NaN, seconds: Number.NaN };
    return { bytes: this.#lagBytes, seconds: this.#missing ? (performance.now() - this.#missing.since) / 1000 : 0 };
  }

  /** Checks the replica, and updates its state. */
  async check(end: LogPosition, system: string): Promise<void> {
    const found = await this.#probe.query(STATUS).then(
      ({ rows }) => status.parse(rows[0]),
      (error: unknown) => messageOf(error),
    );
    if (typeof found === 'string') return this.#leaveOut('unreachable', found);
    if (!found.standby || found.lsn === null) return this.#leaveOut('invalid', 'it is no replica');
    if (found.system !== system) return this.#leaveOut('invalid', 'it is a replica of another database');
    if (found.timeline !== end.timeline) {
      return this.#leaveOut('invalid', `it is on timeline ${found.timeline}, the primary on ${end.timeline}`);
    }
    if (found.lsn < this.#replayed) return this.#leaveOut('unreachable', WENT_BACK);
    this.#replayed = found.lsn;
    this.#timeline = found.timeline;
    this.#lagBytes = Math.max(0, end.lsn - found.lsn);
    if (await this.#catchesUp(end.lsn)) {
      this.#missing = undefined;
      this.#use();
      return;
    }
    if (!this.#missing || this.#missing.lsn <= this.#replayed) {
      this.#missing = { lsn: end.lsn, since: performance.now() };
    }
    this.#leaveOut('lagging', 'it does not keep up');
  }

  /**
   * Whether it has replayed up to the position, now or within the maximum wait; if not, it is not used until the next
   * check.
   */
  async reaches({ lsn, timeline }: LogPosition): Promise<boolean> {
    if (timeline !== this.#timeline) return false;
    if (await this.#catchesUp(lsn)) return true;
    this.#missing ??= { lsn, since: performance.now() - CATCH_UP_MS };
    if (this.#state === 'active') this.#leaveOut('lagging', 'it does not keep up');
    return false;
  }

  /**
   * Runs statements on this server. A statement that fails is repeated on the primary, so that a replica's failure is
   * not visible to clients; a server that ended or does not answer is not used any more.
   */
  runner(primary: RunStatement): RunStatement {
    return async (statement) => {
      if (this.#state === 'unreachable' || this.#state === 'invalid') return primary(statement);
      try {
        return await this.#run(statement);
      } catch (error) {
        // The request's memory budget: not a fault of the server.
        if (error === currentScope()?.account?.refusal) throw error;
        if (!isServerWell(error)) this.#leaveOut('unreachable', messageOf(error));
        return primary(statement);
      }
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#probe.end(), this.#connection.close(true)]);
  }

  readonly #askReplayed = shareNext(async () => {
    const { rows } = await this.#probe.query(REPLAYED);
    const { lsn } = replayed.parse(rows[0]);
    if (lsn < this.#replayed) this.#leaveOut('unreachable', WENT_BACK);
    else this.#replayed = lsn;
  });

  /**
   * Refuses a connection to a server that is behind its last known position: after a crash it may answer before it has
   * replayed everything again. Gives the reason; undefined lets the connection be used.
   */
  async #verify(client: PoolClient): Promise<Error | undefined> {
    const known = this.#replayed;
    try {
      const { rows } = await client.query(REPLAYED);
      return replayed.parse(rows[0]).lsn < known ? new Error(WENT_BACK) : undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #catchesUp(lsn: number): Promise<boolean> {
    const deadline = performance.now() + CATCH_UP_MS;
    for (;;) {
      if (this.#replayed >= lsn) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await withTimeout(this.#askReplayed(), left).catch(() => undefined);
      if (this.#replayed < lsn) await delay(CATCH_UP_POLL_MS);
    }
  }

  /**
   * Aborts when the check finds the replica unreachable: a server that hangs does not even enforce its statement
   * timeout.
   */
  async #run(statement: Statement): Promise<Answer> {
    let breakOff: ((reason: Error) => void) | undefined;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        breakOff = reject;
        this.#underWay.add(reject);
        this.#statements(statement).then(resolve, reject);
      });
    } finally {
      if (breakOff) this.#underWay.delete(breakOff);
    }
  }

  #use(): void {
    if (this.#state !== 'active') this.#logger.info('Reads go to the replica');
    this.#state = 'active';
    this.#reason = undefined;
  }

  #leaveOut(state: ReplicaState, reason: string): void {
    if (this.#state !== state || this.#reason === undefined) {
      this.#logger.warn({ state, reason }, 'Reads do not go to the replica');
    }
    this.#state = state;
    this.#reason = reason;
    if (state === 'lagging') return;
    // Its last known position is void, and connections to a server that hangs would never be released.
    this.#replayed = -1;
    this.#connection.close(true).catch(() => undefined);
    this.#connection = this.#connect();
    this.#statements = statementsOn(this.#connection);
    for (const breakOff of this.#underWay) breakOff(new Error(`the replica is ${state}: ${reason}`));
  }
}
