import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { parse, stringify } from 'uuid';
import { type Viewer } from '../../accounts/viewer.js';
import { type Clock } from '../../common/clock.js';
import { ChangeCursorError, CURSOR_DAYS } from './change-cursor.error.js';
import { type ChangePosition } from './change-position.js';

const DAY_MS = 86_400_000;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 16;
/** Viewer, rights, time of making, and the three numbers of the position. */
const PAYLOAD_BYTES = ID_BYTES + 2 + 8 + 3 * 8;

/** A bit for each right, in a fixed order. */
function rightsOf({ role, permissions }: Viewer): number {
  const rights = [
    role.canViewAll,
    role.canEditAll,
    role.canDeleteAll,
    role.canManageUsers,
    role.canManageTickets,
    role.canAssignTickets,
    permissions.create,
    permissions.edit,
    permissions.view,
    permissions.delete,
  ];
  return rights.reduce((bits, right, place) => bits + (right ? 2 ** place : 0), 0);
}

/**
 * Cursors of the log of changes: a position, and whose it is with which rights, as what somebody has been told is of use
 * only with the same rights. Sealed (AES-GCM): nobody can make one, and the numbers in it would tell how much happened
 * that its holder may not see.
 */
export class ChangeCursors {
  readonly #keys: readonly Uint8Array[];
  readonly #clock: Clock;

  /** @param keys of 32 bytes, newest first, at least one: the newest seals, all of them open */
  constructor(keys: readonly Uint8Array[], clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  seal(viewer: Viewer, { horizon, id, writtenAt }: ChangePosition): string {
    const [key] = this.#keys;
    if (key === undefined) throw new Error('There is no key for cursors');
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    payload.set(parse(viewer.id));
    payload.writeUInt16BE(rightsOf(viewer), ID_BYTES);
    for (const [place, value] of [this.#clock.now().getTime(), horizon, id, writtenAt].entries()) {
      payload.writeBigInt64BE(BigInt(value), ID_BYTES + 2 + place * 8);
    }
    // Of the payload, so that equal cursors are equal texts, and no nonce is used for two payloads.
    const nonce = createHmac('sha256', key).update(payload).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce);
    return Buffer.concat([nonce, cipher.update(payload), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /**
   * The position in a cursor that was made for this viewer. Whether the database has it is asked by `ChangeFeed.resume`.
   * @throws ChangeCursorError for one that is not ours, too old, of other rights or of another viewer
   */
  open(viewer: Viewer, cursor: string): ChangePosition {
    const payload = this.#payloadOf(cursor);
    if (payload === null) throw new ChangeCursorError('CURSOR_INVALID');
    const number = (place: number) => payload.readBigInt64BE(ID_BYTES + 2 + place * 8).toString();
    const isTheirs =
      stringify(payload.subarray(0, ID_BYTES)) === viewer.id && payload.readUInt16BE(ID_BYTES) === rightsOf(viewer);
    if (!isTheirs) throw new ChangeCursorError('RIGHTS_CHANGED');
    if (this.#clock.now().getTime() - Number(number(0)) > CURSOR_DAYS * DAY_MS) {
      throw new ChangeCursorError('CURSOR_EXPIRED');
    }
    return { horizon: number(1), id: number(2), writtenAt: number(3) };
  }

  #payloadOf(cursor: string): Buffer | null {
    const sealed = Buffer.from(cursor, 'base64url');
    if (sealed.length !== NONCE_BYTES + PAYLOAD_BYTES + TAG_BYTES || sealed.toString('base64url') !== cursor)
      return null;
    for (const key of this.#keys) {
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch {
        // Sealed with another key, or by somebody else.
      }
    }
    return null;
  }
}
