import { createHmac, timingSafeEqual } from 'node:crypto';

/** Half of SHA-256: 128 bits are beyond guessing. */
const MAC_BYTES = 16;

/**
 * Makes and reads tokens for links in mails: some bytes, and who holds them cannot change any. They do not expire: a mail
 * is read years later. The newest key signs, all keys verify, so that links are valid as long as their key is listed.
 */
export class SignedTokens {
  readonly #keys: readonly Uint8Array[];
  readonly #payloadBytes: number;

  /**
   * @param keys newest first, at least one; no other kind of token may have them
   * @param payloadBytes the length of each payload
   */
  constructor(keys: readonly Uint8Array[], payloadBytes: number) {
    this.#keys = keys;
    this.#payloadBytes = payloadBytes;
  }

  make(payload: Uint8Array): string {
    const [newest] = this.#keys;
    if (newest === undefined || payload.length !== this.#payloadBytes) {
      throw new Error('There is no key, or the payload has another length');
    }
    return Buffer.concat([payload, macOf(payload, newest)]).toString('base64url');
  }

  /** The payload; null for a token that none of the keys signed. */
  read(token: string): Uint8Array | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== this.#payloadBytes + MAC_BYTES || bytes.toString('base64url') !== token) return null;
    const payload = bytes.subarray(0, this.#payloadBytes);
    const mac = bytes.subarray(this.#payloadBytes);
    return this.#keys.some((key) => timingSafeEqual(macOf(payload, key), mac)) ? payload : null;
  }
}

function macOf(payload: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, MAC_BYTES);
}
