// Reads one HTTP answer at a time off a connection that stays open.

const END_OF_HEAD = '\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const SUCCESS = 'HTTP/1.1 200 ';

/** Where an answer ends: after so many bytes, or with the last chunk. */
type End = { readonly at: number } | 'last chunk';

/**
 * An answer of a server that keeps HTTP/1.1, to a request that waits for it before the next is sent. It finds the end,
 * and no more: what a whole client does for each answer would take the servers' processors away from them.
 */
export class Answer {
  #bytes: Buffer = Buffer.alloc(0);
  #end: End | undefined;

  /**
   * Takes what has come.
   * @returns whether the answer is complete now
   * @throws Error for an answer whose end cannot be known
   */
  take(bytes: Buffer): boolean {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    this.#end ??= this.#findEnd();
    if (this.#end === undefined) return false;
    if (this.#end === 'last chunk') return this.#bytes.subarray(-LAST_CHUNK.length).equals(Buffer.from(LAST_CHUNK));
    return this.#bytes.length >= this.#end.at;
  }

  /** Undefined until the head has come. */
  #findEnd(): End | undefined {
    const length = this.#bytes.indexOf(END_OF_HEAD);
    if (length < 0) return undefined;
    const head = this.#bytes.toString('latin1', 0, length);
    const [, contentLength] = LENGTH.exec(head) ?? [];
    if (contentLength !== undefined) return { at: length + END_OF_HEAD.length + Number(contentLength) };
    if (CHUNKED.test(head)) return 'last chunk';
    throw new Error(`The answer does not say where it ends: ${head}`);
  }

  /** The whole answer, head and all, when it is not a success; undefined when it is. */
  get failure(): string | undefined {
    // Every answer without errors holds the key "data" first or alone; a userError says its code.
    const isSuccess =
      this.#bytes.toString('latin1', 0, SUCCESS.length) === SUCCESS &&
      !this.#bytes.includes('"errors":[') &&
      !this.#bytes.includes('"code":"');
    return isSuccess ? undefined : this.#bytes.toString();
  }
}
