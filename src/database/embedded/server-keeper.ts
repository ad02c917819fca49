import { setTimeout as delay } from 'node:timers/promises';
import { clusterDirOf } from './cluster.js';
import { findPostmaster } from './postmaster.js';
import { endServer, type HeldServer, holdServer, type ServerPlan } from './server.js';

/** How long restarts are retried, on a full disk for example. */
const GIVE_UP_AFTER_MS = 15_000;
const TRY_EVERY_MS = 1_000;

/** Callbacks for a server that ended unexpectedly. */
export interface KeepingUp {
  /** It was restarted, or is about to be. */
  readonly report: (message: string) => void;
  /** It cannot be restarted; called once. */
  readonly onGone: (error: unknown) => void;
}

/** Supervises a server: restarts it when it ends unexpectedly, and stops it. */
export class ServerKeeper {
  readonly #plan: ServerPlan;
  #held: HeldServer;
  #keepingUp: KeepingUp | undefined;
  #restarting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(plan: ServerPlan, held: HeldServer) {
    // The same port, as the URL is in use.
    this.#plan = { ...plan, settings: { ...plan.settings, port: String(held.port) } };
    this.#held = held;
  }

  keepUp(keepingUp: KeepingUp): void {
    this.#keepingUp = keepingUp;
    this.#watch();
  }

  /** Further calls give the same promise. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    this.#keepingUp = undefined;
    await this.#restarting;
    await endServer(this.#plan, this.#held);
  }

  /** The connection that holds the lock breaks at once when the server ends. */
  #watch(): void {
    this.#held.lock.onBroken = () => {
      this.#restarting ??= this.#holdAgain().finally(() => (this.#restarting = undefined));
    };
  }

  async #holdAgain(): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
    let problem: unknown;
    let hadEnded = false;
    await this.#held.lock.release();
    while (this.#keepingUp && performance.now() < giveUpAt) {
      try {
        const { state } = await findPostmaster(clusterDirOf(this.#plan.dataDir));
        if (state !== 'running' && !hadEnded)
          this.#keepingUp.report('The embedded PostgreSQL has ended. It is started again');
        hadEnded ||= state !== 'running';
        const held = await holdServer(this.#plan);
        if (held === undefined) throw new Error(`Another process has taken over ${this.#plan.dataDir}`);
        this.#held = held;
        this.#watch();
        if (hadEnded) this.#keepingUp?.report('The embedded PostgreSQL is up again');
        return;
      } catch (error) {
        problem = error;
      }
      await delay(TRY_EVERY_MS);
    }
    this.#keepingUp?.onGone(problem);
  }
}
