/**
 * A number in a JSON text or a GraphQL literal that JavaScript would read as another number. It stands in the place of
 * that number, so that a field which stores numbers can refuse it by name; every other field refuses it by its type.
 */
export class InexactNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  /** What GraphQL's own error messages show of it. */
  toJSON(): string {
    return this.source;
  }
}

/** No double has more significant digits in its shortest form. */
const MAX_DIGITS = 17;

const PARTS = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** The number without its sign, as its significant digits and a power of ten: `1.50e3` and `1500` give the same. */
function decimal(text: string): string | undefined {
  const [, whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? [];
  const digits = whole + fraction;
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  if (start === end) return '0';
  if (end - start > MAX_DIGITS) return undefined;
  return `${digits.slice(start, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}

/**
 * Whether JavaScript, which writes the shortest text that it reads as the same number, gives back the number as it was
 * written. How it was written does not matter: 1.0, 1e3 and 0.10 pass; 9007199254740993, 1e400 and a decimal fraction of
 * twenty digits do not.
 * @param source a number as JSON or GraphQL writes it
 */
export function isExactNumber(source: string): boolean {
  const value = Number(source);
  const written = decimal(source);
  return Number.isFinite(value) && written !== undefined && written === decimal(String(value));
}

/** The number, or what says that JavaScript has no such number. */
export function exactNumber(source: string): number | InexactNumber {
  return isExactNumber(source) ? Number(source) : new InexactNumber(source);
}

/**
 * What may be a number that is not exact: one with sixteen digits or more, or an exponent of three. Fifteen digits and an
 * exponent of two always survive. A text that looks like one is found too, which costs time only; UUIDs are not.
 */
const MAY_BE_INEXACT = /\d(?:[\d.]{15}|[eE](?<=[[:,\s]-?[\d.]{1,16}[eE])[+-]?\d{3})/;

/** For `JSON.parse`: the value, and for a number that JavaScript cannot hold an `InexactNumber`. */
export function reviveExactly(value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? exactNumber(source) : value;
}

/**
 * `JSON.parse`, with each number that JavaScript cannot hold as an `InexactNumber`. Members named `__proto__` and
 * `constructor` are members like all others.
 *
 * Texts without long numbers, nearly all of them, are parsed without a reviver, which costs five times as much.
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  if (!MAY_BE_INEXACT.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context) => reviveExactly(value, context));
}

/** `JSON.stringify`, with each `InexactNumber` as the number that it was. */
export function stringifyExactJson(value: unknown): string {
  return JSON.stringify(value, function writeExactly(this: unknown, key, written: unknown) {
    const held: unknown = Object(this)[key];
    return held instanceof InexactNumber ? JSON.rawJSON(held.source) : written;
  });
}
