import { parse, stringify } from 'uuid';
import { isId } from '../common/id.js';
import { NotificationKind } from './notification.entity.js';
import { SignedTokens } from './signed-tokens.js';

/** What an unsubscribe link permits without signing in: turning off mails of one kind to one person. */
export interface Subscription {
  readonly kind: NotificationKind;
  readonly userId: string;
}

/** Part of tokens in mails that were sent: never to be changed. */
const CODES: readonly (readonly [NotificationKind, number])[] = [
  [NotificationKind.ASSIGNED, 1],
  [NotificationKind.UPDATED, 2],
  [NotificationKind.DIGEST, 3],
  [NotificationKind.REPLIED, 4],
  [NotificationKind.MENTIONED, 5],
  [NotificationKind.NEW_UNASSIGNED, 6],
];
const ID_BYTES = 16;
const PAYLOAD_BYTES = 1 + ID_BYTES;

/** Makes and reads the tokens of unsubscribe links. */
export class UnsubscribeTokens {
  readonly #tokens: SignedTokens;

  /** @param keys newest first, at least one */
  constructor(keys: readonly Uint8Array[]) {
    this.#tokens = new SignedTokens(keys, PAYLOAD_BYTES);
  }

  make({ kind, userId }: Subscription): string {
    const code = CODES.find(([known]) => known === kind)?.[1];
    if (code === undefined) throw new Error('There is no such kind of mail');
    return this.#tokens.make(Buffer.concat([Buffer.of(code), parse(userId)]));
  }

  /** Null for a token that none of the keys signed. */
  read(token: string): Subscription | null {
    const payload = this.#tokens.read(token);
    if (payload === null) return null;
    const kind = CODES.find(([, code]) => code === payload[0])?.[0];
    const userId = stringify(payload.subarray(1));
    return kind !== undefined && isId(userId) ? { kind, userId } : null;
  }
}
