/** For each offset in turn, each not before the last: the line that it lies in, from 1. Forgets the bytes before it. */
export class LineCounter {
  readonly #lineEnd: number;
  readonly #chunks: Buffer[] = [];
  /** Offset of the first chunk that is held. */
  #begin = 0;
  /** Where the count stands. */
  #offset = 0;
  #line: number;

  /** @param firstLine the number of the line with which the bytes begin */
  constructor(lineEnd: '\n' | '\r', firstLine: number) {
    this.#lineEnd = lineEnd.charCodeAt(0);
    this.#line = firstLine;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  /** The line of the first byte at or after the offset that ends no line. */
  lineAt(offset: number): number {
    for (let byte = this.#next(offset); byte !== undefined; byte = this.#next(offset)) {
      if (byte === this.#lineEnd) this.#line += 1;
    }
    return this.#line;
  }

  /** The byte before the offset, or the line end after it, that has not been looked at yet. */
  #next(offset: number): number | undefined {
    let [chunk] = this.#chunks;
    while (chunk !== undefined && this.#offset - this.#begin >= chunk.length) {
      this.#begin += chunk.length;
      this.#chunks.shift();
      [chunk] = this.#chunks;
    }
    const byte = chunk?.[this.#offset - this.#begin];
    if (byte === undefined || (this.#offset >= offset && byte !== 0x0a && byte !== 0x0d)) return undefined;
    this.#offset += 1;
    return byte;
  }
}
