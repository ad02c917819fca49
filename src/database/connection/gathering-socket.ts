import { Socket } from 'node:net';

/**
 * A socket that gathers all writes of one turn of the event loop into one packet: the pipelined statements of several
 * requests are then one system call, and PostgreSQL handles them in one go (bench/results.md).
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
