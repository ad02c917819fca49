import { Socket } from 'node:net';

/**
 * A socket that sends statements, each of which `pg` corks, in one packet at the end of a turn of the event loop: those of
 * several requests on one connection are then one system call, and wake up PostgreSQL once (bench/results.md).
 */
export class GatheringSocket extends Socket {
  #isGathering = false;

  override cork(): void {
    super.cork();
    if (this.#isGathering) return;
    this.#isGathering = true;
    super.cork();
    setImmediate(() => {
      this.#isGathering = false;
      super.uncork();
    });
  }
}
