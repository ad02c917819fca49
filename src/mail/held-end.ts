import { Transform } from 'node:stream';
import { callbackify } from 'node:util';

/**
 * Holds back the end of a message's data until it is released. A server that has not got the end has not accepted the
 * mail (RFC 5321, 4.1.1.4).
 */
export class HeldEnd {
  readonly #reached = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<void>();

  /** Resolves when everything but the end was handed to the connection. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  release(): void {
    this.#released.resolve();
  }

  /** What the message is piped through. */
  stream(): Transform {
    return new Transform({
      transform: (chunk, _encoding, done) => done(null, chunk),
      flush: callbackify(async () => {
        this.#reached.resolve();
        await this.#released.promise;
      }),
    });
  }
}
