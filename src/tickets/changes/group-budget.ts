import { type RowAccount } from '../../database/query.js';

/** Enough for twenty of the largest tickets that the API takes. Imported ones may be larger. */
const MAX_GROUP_BYTES = 4_000_000;

/** The rows of a group of changes, which are kept until its last message is taken. */
export class GroupBudget implements RowAccount {
  #bytes = 0;
  refusal: Error | undefined;

  charge(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_GROUP_BYTES) this.refusal ??= new Error('The changes are too large to be read at once');
    if (this.refusal) throw this.refusal;
  }
}
