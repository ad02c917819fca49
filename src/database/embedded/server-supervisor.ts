import { setTimeout as delay } from 'node:timers/promises';
import { clusterDirOf } from './cluster.js';
import { findPostmaster } from './postmaster.js';
import { stopServer, type AcquiredServer, acquireServer, type ServerPlan } from './server.js';

/** How long restarts are retried, on a full disk for example. */
const GIVE_UP_AFTER_MS = 15_000;
const TRY_EVERY_MS = 1_000;

/** Callbacks for a server that ended unexpectedly. */
export interface SupervisorCallbacks {
  /** It was restarted, or is about to be. */
  readonly report: (message: string) => void;
  /** It cannot be restarted; called once. */
  readonly onGone: (error: unknown) => void;
}

/** Supervises a server: restarts it when it ends unexpectedly, and stops it. */
export class ServerSupervisor {
  readonly #plan: ServerPlan;
  #held: AcquiredServer;
  #callbacks: SupervisorCallbacks | undefined;
  #restarting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(plan: ServerPlan, held: AcquiredServer) {
    // The same port, as the URL is in use.
    this.#plan = { ...plan, settings: { ...plan.settings, port: String(held.port) } };
    this.#held = held;
  }

  supervise(callbacks: SupervisorCallbacks): void {
    this.#callbacks = callbacks;
    this.#watch();
  }

  /** Further calls give the same promise. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    this.#callbacks = undefined;
    await this.#restarting;
    await stopServer(this.#plan, this.#held);
  }

  /** The connection that holds the lock breaks at once when the server ends. */
  #watch(): void {
    this.#held.lock.onBroken = () => {
      this.#restarting ??= this.#restart().finally(() => (this.#restarting = undefined));
    };
  }

  async #restart(): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
    let problem: unknown;
    let hadEnded = false;
    await this.#held.lock.release();
    while (this.#callbacks && performance.now() < giveUpAt) {
      try {
        const { state } = await findPostmaster(clusterDirOf(this.#plan.dataDir));
        if (state !== 'running' && !hadEnded)
          this.#callbacks.report('The embedded PostgreSQL has ended. It is started again');
        hadEnded ||= state !== 'running';
        const held = await acquireServer(this.#plan);
        if (held === undefined) throw new Error(`Another process has taken over ${this.#plan.dataDir}`);
        this.#held = held;
        this.#watch();
        if (hadEnded) this.#callbacks?.report('The embedded PostgreSQL is up again');
        return;
      } catch (error) {
        problem = error;
      }
      await delay(TRY_EVERY_MS);
    }
    this.#callbacks?.onGone(problem);
  }
}
