import { parse, stringify } from 'uuid';
import { isId } from '../common/id.js';
import { SignedTokens } from './signed-tokens.js';

/** What an ignore link permits without signing in: that this person gets no more mails about this ticket. */
export interface IgnoredTicket {
  readonly userId: string;
  readonly ticketId: string;
}

const ID_BYTES = 16;

/** The tokens of the links in mails about a ticket by which their recipient ignores it. */
export class IgnoreTokens {
  readonly #tokens: SignedTokens;

  /** @param keys newest first, at least one */
  constructor(keys: readonly Uint8Array[]) {
    this.#tokens = new SignedTokens(keys, 2 * ID_BYTES);
  }

  make({ userId, ticketId }: IgnoredTicket): string {
    return this.#tokens.make(Buffer.concat([parse(userId), parse(ticketId)]));
  }

  /** Null for a token that none of the keys signed. */
  read(token: string): IgnoredTicket | null {
    const payload = this.#tokens.read(token);
    if (payload === null) return null;
    const [userId, ticketId] = [stringify(payload.subarray(0, ID_BYTES)), stringify(payload.subarray(ID_BYTES))];
    return isId(userId) && isId(ticketId) ? { userId, ticketId } : null;
  }
}
