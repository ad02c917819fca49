import { Transform } from 'node:stream';
import { callbackify } from 'node:util';

/** An empty line after the last boundary of a multipart message, which clients ignore (RFC 2046, 5.1.1). */
const EPILOGUE = '\r\n';

/**
 * Holds back the end of a message's data until it is released. A server that has not got the end has not accepted the
 * mail (RFC 5321, 4.1.1.4). Meanwhile a line comes from time to time, so that the connection does not count as idle at either end.
 */
export class HeldEnd {
  readonly #everyMs: number;
  readonly #reached = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<void>();

  /** @param everyMs interval of the lines, in milliseconds */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Resolves when everything but the end was handed to the connection. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  release(): void {
    this.#released.resolve();
  }

  /** What the message is piped through. */
  stream(): Transform {
    const stream: Transform = new Transform({
      transform: (chunk, _encoding, done) => done(null, chunk),
      flush: callbackify(async () => {
        this.#reached.resolve();
        const lines = setInterval(() => stream.push(EPILOGUE), this.#everyMs);
        stream.once('close', () => clearInterval(lines));
        await this.#released.promise.finally(() => clearInterval(lines));
      }),
    });
    return stream;
  }
}
