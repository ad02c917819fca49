import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';
import { isId } from '../common/id.js';
import { NotificationKind } from './notification.entity.js';

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
/** Half of SHA-256: 128 bits are beyond guessing. */
const MAC_BYTES = 16;

/**
 * Makes and reads the tokens of unsubscribe links. They do not expire: a mail is read years later. The newest key
 * signs, all keys verify, so that links are valid as long as their key is listed.
 */
export class UnsubscribeTokens {
  readonly #keys: readonly Uint8Array[];

  /** @param keys newest first, at least one */
  constructor(keys: readonly Uint8Array[]) {
    this.#keys = keys;
  }

  make({ kind, userId }: Subscription): string {
    const [newest] = this.#keys;
    const code = CODES.find(([known]) => known === kind)?.[1];
    if (newest === undefined || code === undefined) throw new Error('There is no key, or no such kind of mail');
    const payload = Buffer.concat([Buffer.of(code), parse(userId)]);
    return Buffer.concat([payload, macOf(payload, newest)]).toString('base64url');
  }

  /** Null for a token that none of the keys signed. */
  read(token: string): Subscription | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== PAYLOAD_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null;
    const payload = bytes.subarray(0, PAYLOAD_BYTES);
    const mac = bytes.subarray(PAYLOAD_BYTES);
    if (!this.#keys.some((key) => timingSafeEqual(macOf(payload, key), mac))) return null;
    const kind = CODES.find(([, code]) => code === payload[0])?.[0];
    const userId = stringify(payload.subarray(1));
    return kind !== undefined && isId(userId) ? { kind, userId } : null;
  }
}

function macOf(payload: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, MAC_BYTES);
}
