import { ResponseTooLargeError } from '../common/errors.js';
import { type RowAccount } from '../database/query.js';
import { MAX_RESPONSE_BYTES, MAX_READ_BYTES } from '../http/responses-in-flight.js';

/** The rows of one message. The message itself is counted when it is made. */
export class MessageBudget implements RowAccount {
  #bytes = 0;
  refusal: Error | undefined;

  charge(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_READ_BYTES) this.refusal ??= new ResponseTooLargeError(MAX_RESPONSE_BYTES);
    if (this.refusal) throw this.refusal;
  }
}
