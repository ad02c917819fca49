import { type ServerResponse } from 'node:http';
import { type RowAccount } from '../database/query.js';
import { ResponseTooLargeError, ServerBusyError } from '../common/errors.js';

/** No list of a hundred needs more, and a browser shows no more. */
export const MAX_RESPONSE_BYTES = 10_000_000;
/** Rows hold what the answer does not show, such as what lists are ordered by. */
const MOST_READ_BYTES = 2 * MAX_RESPONSE_BYTES;
/** Of all requests together: rows that were read for them, and answers that their clients have not taken yet. */
const MOST_UNDER_WAY_BYTES = 100_000_000;
/** Smaller answers are always given: there would have to be thousands of them. */
const SMALL_BYTES = 100_000;
/** Who has not taken an answer by then is cut off where there is no room for another's. */
const PATIENCE_MS = 5_000;

/** The rows and the answer of one request, until the client has it. */
export class ResponseInFlight implements RowAccount {
  readonly #all: ResponsesInFlight;
  readonly #response: ServerResponse;
  /** When it was ready, by performance.now(). */
  #readySince = Infinity;
  #bytes = 0;
  refusal: Error | undefined;

  constructor(all: ResponsesInFlight, response: ServerResponse) {
    this.#all = all;
    this.#response = response;
  }

  /** @throws QUERY_TOO_COMPLEX for more than one answer may need; SERVICE_UNAVAILABLE when all together are too much */
  charge(bytes: number): void {
    this.#change(this.#bytes + bytes);
    if (this.#bytes > MOST_READ_BYTES) this.refusal ??= new ResponseTooLargeError(MAX_RESPONSE_BYTES);
    else if (this.#bytes > SMALL_BYTES && !this.#all.hasRoom()) this.refusal ??= new ServerBusyError();
    if (this.refusal) throw this.refusal;
  }

  /** The rows have become an answer. Gives whether there is room to keep it until the client has taken it. */
  isReady(bytes: number): boolean {
    this.#change(bytes);
    this.#readySince = performance.now();
    return bytes <= SMALL_BYTES || this.#all.hasRoom();
  }

  /** Cuts the client off if it has been given time to take its answer. */
  cutIfSlow(): void {
    if (performance.now() - this.#readySince < PATIENCE_MS) return;
    this.end();
    this.#response.destroy();
  }

  end(): void {
    this.#change(0);
  }

  #change(bytes: number): void {
    this.#all.bytes += bytes - this.#bytes;
    this.#bytes = bytes;
  }
}

/**
 * What answers take of the process's memory. Where it becomes too much, clients that do not read are cut off, and what
 * others ask for beyond a small answer is refused until there is room again.
 */
export class ResponsesInFlight {
  readonly #all = new Set<ResponseInFlight>();
  /** Of all of them. */
  bytes = 0;

  begin(response: ServerResponse): ResponseInFlight {
    const answer = new ResponseInFlight(this, response);
    this.#all.add(answer);
    response.once('close', () => {
      answer.end();
      this.#all.delete(answer);
    });
    return answer;
  }

  hasRoom(): boolean {
    if (this.bytes <= MOST_UNDER_WAY_BYTES) return true;
    for (const answer of this.#all) answer.cutIfSlow();
    return this.bytes <= MOST_UNDER_WAY_BYTES;
  }
}
