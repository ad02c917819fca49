import { CommandError } from '../cli/command.js';

/** A part of a JSON text that is read by itself. */
export interface JsonPart {
  readonly kind: 'element' | 'top';
  /** Of the list that an element stands in, such as `data.issues`; empty for a list at the top. */
  readonly path: string;
  /** The line in which it begins. */
  readonly line: number;
  /** An element's JSON; of a value at the top, what is outside of its lists, and the lists empty. */
  readonly text: string;
}

/**
 * Takes JSON apart without holding all of it: gives the elements of each list that is reached by objects alone, and
 * after them the value at the top in which they stood. Several values at the top may follow each other. Whether a part
 * is JSON is for the caller to see.
 * @param wholeTops gives each value at the top as one element, lists and all
 * @throws CommandError when the text ends before a value does
 */
export async function* jsonParts(chunks: AsyncIterable<string>, wholeTops = false): AsyncGenerator<JsonPart> {
  const walker = new JsonWalker(wholeTops);
  for await (const chunk of chunks) yield* walker.read(chunk);
  yield* walker.end();
}

/** An object, or the list, around what is being read; nothing inside of an element. */
interface Frame {
  readonly path: string;
  readonly isList: boolean;
  key: string;
  expectsKey: boolean;
  /** Whether a comma stands before. */
  expectsElement: boolean;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const [SPACE, LINE_FEED] = [0x20, 0x0a];

class JsonWalker {
  readonly #wholeTops: boolean;
  readonly #frames: Frame[] = [];
  /** What was read and is still needed, and the place in it. */
  #text = '';
  #at = 0;
  /** Where the element, or the text outside of elements, that is being read begins. */
  #mark = -1;
  #line = 1;
  #inString = false;
  #escaped = false;
  #inElement = false;
  /** Brackets that are open in the element. */
  #depth = 0;
  #elementLine = 1;
  #top = '';
  #topLine = 1;

  constructor(wholeTops: boolean) {
    this.#wholeTops = wholeTops;
  }

  *read(chunk: string): Generator<JsonPart> {
    const kept = this.#mark === -1 ? this.#at : this.#mark;
    this.#text = this.#text.slice(kept) + chunk;
    this.#at -= kept;
    if (this.#mark !== -1) this.#mark = 0;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === LINE_FEED) this.#line += 1;
      if (this.#inString) this.#readString(code);
      else if (this.#inElement) yield* this.#readElement(code);
      else if (code > SPACE) yield* this.#readOutside(code);
    }
  }

  *end(): Generator<JsonPart> {
    if (this.#inElement && this.#wholeTops && this.#depth === 0 && !this.#inString) yield this.#endElement('');
    if (this.#frames.length > 0 || this.#inString || this.#inElement) {
      const message = `The file is not JSON: it ends in line ${this.#line} before it is complete.`;
      throw new CommandError(`${message} Nothing was imported.`);
    }
    if (this.#top !== '') yield this.#endTop();
  }

  #readString(code: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (code === BACKSLASH) this.#escaped = true;
    else if (code === QUOTE) {
      this.#inString = false;
      if (!this.#inElement) this.#endOutsideString();
    }
  }

  #endOutsideString(): void {
    const text = this.#text.slice(this.#mark, this.#at + 1);
    this.#mark = -1;
    this.#top += text;
    const frame = this.#frames.at(-1);
    if (frame?.expectsKey === true) frame.key = keyOf(text);
  }

  *#readElement(code: number): Generator<JsonPart> {
    if (code === QUOTE) this.#inString = true;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) this.#depth += 1;
    else if ((code === CLOSE_OBJECT || code === CLOSE_LIST) && this.#depth > 0) {
      this.#depth -= 1;
      if (this.#wholeTops && this.#depth === 0) yield this.#endElement('', 1);
    } else if (this.#wholeTops) {
      if (code <= SPACE && this.#depth === 0) yield this.#endElement('');
    } else if (this.#depth === 0 && (code === COMMA || code === CLOSE_LIST)) {
      const list = this.#frames.at(-1);
      yield this.#endElement(list?.path ?? '');
      if (code === CLOSE_LIST) yield* this.#close(']');
      else if (list) list.expectsElement = true;
    }
  }

  *#readOutside(code: number): Generator<JsonPart> {
    const frame = this.#frames.at(-1);
    if (frame?.isList === true ? code !== CLOSE_LIST || frame.expectsElement : this.#wholeTops) {
      this.#inElement = true;
      this.#depth = 0;
      this.#mark = this.#at;
      this.#elementLine = this.#line;
      yield* this.#readElement(code);
      return;
    }
    if (this.#top === '') this.#topLine = this.#line;
    if (code === QUOTE) {
      this.#inString = true;
      this.#mark = this.#at;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) this.#open(frame, code === OPEN_LIST);
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) yield* this.#close(code === CLOSE_LIST ? ']' : '}');
    else {
      if (frame && (code === COMMA || code === COLON)) frame.expectsKey = code === COMMA;
      this.#top += String.fromCharCode(code);
    }
  }

  #open(parent: Frame | undefined, isList: boolean): void {
    const path = parent === undefined ? '' : parent.path === '' ? parent.key : `${parent.path}.${parent.key}`;
    this.#frames.push({ path, isList, key: '', expectsKey: !isList, expectsElement: false });
    this.#top += isList ? '[' : '{';
  }

  *#close(bracket: string): Generator<JsonPart> {
    this.#frames.pop();
    this.#top += bracket;
    if (this.#frames.length === 0) yield this.#endTop();
  }

  #endElement(path: string, length = 0): JsonPart {
    const text = this.#text.slice(this.#mark, this.#at + length);
    this.#inElement = false;
    this.#mark = -1;
    return { kind: 'element', path, line: this.#elementLine, text };
  }

  #endTop(): JsonPart {
    const text = this.#top;
    this.#top = '';
    return { kind: 'top', path: '', line: this.#topLine, text };
  }
}

function keyOf(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
