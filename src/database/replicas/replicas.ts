import { type MikroORM } from '@mikro-orm/postgresql';
import { type Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { PrimaryLog } from './primary-log.js';
import { Replica, type ReplicaState } from './replica.js';

/** Interval of health checks: the time until a recovered replica is used again, or one that hangs is not. */
const CHECK_EVERY_MS = 500;

/**
 * The replicas that reads may go to. A read goes to one only when that has replayed all that the primary had
 * acknowledged when the request came (docs/decisions/0062-read-replicas.md).
 */
export class Replicas {
  readonly all: readonly Replica[];
  readonly #primary: PrimaryLog;
  readonly #stopping = new AbortController();
  readonly #checking: Promise<void>;
  #turn = 0;

  private constructor(primary: PrimaryLog, replicas: readonly Replica[], first: Promise<void>) {
    this.#primary = primary;
    this.all = replicas;
    this.#checking = first.then(async () => this.#keepChecking());
  }

  /** Opens the pools and checks each replica once; none of them need be reachable. */
  static async open(parts: {
    readonly orm: MikroORM;
    readonly databaseUrl: string;
    readonly replicaUrls: readonly string[];
    readonly logger: Logger;
  }): Promise<Replicas> {
    const { orm, databaseUrl, replicaUrls, logger } = parts;
    const primary = new PrimaryLog(databaseUrl);
    const all = replicaUrls.map((url, index) => new Replica({ orm, name: `replica-${index + 1}`, url, logger }));
    const first = checkAll(primary, all);
    await first;
    return new Replicas(primary, all, first);
  }

  /** The replica for a new request; null to read from the primary. */
  async choose(): Promise<Replica | null> {
    const used = this.all.filter(({ state }) => state === 'active');
    this.#turn = (this.#turn + 1) % Math.max(used.length, 1);
    const replica = used[this.#turn];
    if (!replica) return null;
    const end = await this.#primary.end().catch(() => null);
    return end && (await replica.reaches(end)) ? replica : null;
  }

  states(): { name: string; state: ReplicaState }[] {
    return this.all.map(({ name, state }) => ({ name, state }));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#checking;
    await Promise.all([this.#primary.close(), ...this.all.map(async (replica) => replica.close())]);
  }

  async #keepChecking(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await delay(CHECK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await checkAll(this.#primary, this.all);
    }
  }
}

/** While the primary is unreachable the required position is unknown, so no read can go to a replica. */
async function checkAll(primary: PrimaryLog, replicas: readonly Replica[]): Promise<void> {
  try {
    const system = await primary.system();
    const end = await primary.end();
    await Promise.all(replicas.map(async (replica) => replica.check(end, system)));
  } catch {
    // Not logged: requests report the unreachable primary.
  }
}
