import { type ServerResponse } from 'node:http';
import { type RowAccount } from '../database/query.js';
import { ResponseTooLargeError, ServerBusyError } from '../common/errors.js';

/** Maximum size of one response: more than a list of a hundred needs. */
export const MAX_RESPONSE_BYTES = 10_000_000;
/** Maximum size of a request's rows: they contain columns that the response does not show, such as those of the order. */
export const MAX_READ_BYTES = 2 * MAX_RESPONSE_BYTES;
/** Maximum memory of all requests together: their rows, and responses that clients have not read yet. */
const MAX_IN_FLIGHT_BYTES = 100_000_000;
/** Smaller responses are always sent: thousands of them would be needed to matter. */
const SMALL_BYTES = 100_000;
/** When memory is exhausted, clients that have not read their response for this time are disconnected. */
const STALL_TIMEOUT_MS = 5_000;

/** The memory of one request: its rows, then its response until the client has read it. */
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
    if (this.#bytes > MAX_READ_BYTES) this.refusal ??= new ResponseTooLargeError(MAX_RESPONSE_BYTES);
    else if (this.#bytes > SMALL_BYTES && !this.#all.hasRoom()) this.refusal ??= new ServerBusyError();
    if (this.refusal) throw this.refusal;
  }

  /** The rows have become an answer. Gives whether there is room to keep it until the client has taken it. */
  isReady(bytes: number): boolean {
    this.#change(bytes);
    this.#readySince = performance.now();
    return bytes <= SMALL_BYTES || this.#all.hasRoom();
  }

  /** Disconnects the client if its time to read the response is over. */
  cutIfSlow(): void {
    // An event stream, which stays open, counts nothing.
    if (this.#bytes === 0 || performance.now() - this.#readySince < STALL_TIMEOUT_MS) return;
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
 * Accounts for the memory of responses. When the limit is reached, clients that do not read are disconnected, and all
 * but small responses are refused until memory is free again.
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
    if (this.bytes <= MAX_IN_FLIGHT_BYTES) return true;
    for (const answer of this.#all) answer.cutIfSlow();
    return this.bytes <= MAX_IN_FLIGHT_BYTES;
  }
}
