import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type ReadyTicket } from './ready-ticket.js';

/** Bytes that are written at once. */
const BUFFER_BYTES = 1024 * 1024;

interface Place {
  readonly createdAt: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Tickets in a temporary file, so that they can be sorted by their time of creation without being held in memory. The
 * file can be read by its owner only, and has no name once it is open: it is gone when the process ends, however it ends.
 */
export class TicketSpool {
  readonly #file: FileHandle;
  readonly #places: Place[] = [];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Runs the action with an empty spool, and removes it. */
  static async using<Result>(action: (spool: TicketSpool) => Promise<Result>): Promise<Result> {
    const folder = await mkdtemp(join(tmpdir(), 'docket-import-'));
    let file: FileHandle;
    try {
      file = await open(join(folder, 'tickets'), 'wx+', 0o600);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    try {
      return await action(new TicketSpool(file));
    } finally {
      await file.close();
    }
  }

  get count(): number {
    return this.#places.length;
  }

  async add(ticket: ReadyTicket): Promise<void> {
    const bytes = serialize(ticket);
    const offset = this.#size + this.#pendingBytes;
    this.#places.push({ createdAt: ticket.createdAt.getTime(), offset, length: bytes.length });
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= BUFFER_BYTES) await this.#flush();
  }

  /**
   * Gives the tickets oldest first, in the order of the file among equals, in batches of at most so many tickets and, if
   * they are more than one, bytes.
   */
  async *batches(most: { readonly tickets: number; readonly bytes: number }): AsyncGenerator<ReadyTicket[]> {
    await this.#flush();
    let batch: ReadyTicket[] = [];
    let bytes = 0;
    for (const place of this.#places.toSorted((a, b) => a.createdAt - b.createdAt)) {
      if (batch.length === most.tickets || (batch.length > 0 && bytes + place.length > most.bytes)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(await this.#read(place));
      bytes += place.length;
    }
    if (batch.length > 0) yield batch;
  }

  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#file.write(bytes, 0, bytes.length, this.#size);
    this.#size += bytes.length;
  }

  async #read({ offset, length }: Place): Promise<ReadyTicket> {
    const { buffer } = await this.#file.read({ buffer: Buffer.alloc(length), position: offset });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- v8.deserialize returns any; this process serialized a ReadyTicket there
    return deserialize(buffer) as ReadyTicket;
  }
}
