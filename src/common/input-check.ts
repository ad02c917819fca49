import { InexactNumber } from '../common/exact-json.js';
import { isInvisible } from '../common/visible-text.js';
import { UserErrorCode, type UserError, UserInputError } from './user-errors.js';
import { storedSize } from './json-size.js';

/** Characters as people count them, not UTF-16 units; PostgreSQL's char_length counts the same way. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

const UNSTORABLE = 'This text holds a character that cannot be stored. Take it out.';

/** Far beyond what people nest, and far below what the server's stack and PostgreSQL's bear. */
const MAX_JSON_DEPTH = 100;

/** As large as a request may be: only numbers such as 1e308, which are stored in full, make more of it. */
const MAX_JSON_BYTES = 100 * 1024;

function kilobytes(bytes: number): string {
  return Math.ceil(bytes / 1024).toLocaleString('en');
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Maximum length at which a refused number is repeated in the message. */
const MAX_SHOWN_NUMBER_LENGTH = 40;

/** Why the JSON value cannot be stored unchanged, for a person; null when it can. */
export function faultOfJson(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : UNSTORABLE;
  if (value instanceof InexactNumber) {
    const { source } = value;
    const shown = source.length > MAX_SHOWN_NUMBER_LENGTH ? `${source.slice(0, MAX_SHOWN_NUMBER_LENGTH)}…` : source;
    return `The number ${shown} has more digits than can be kept. Send it as a text, in quotes.`;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= MAX_JSON_DEPTH) return `This has more than ${MAX_JSON_DEPTH} levels. Send it with fewer.`;
  for (const [key, inner] of Object.entries(value)) {
    const fault = isStorable(key) ? faultOfJson(inner, depth + 1) : UNSTORABLE;
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfSize(bytes: number): string | null {
  if (bytes <= MAX_JSON_BYTES) return null;
  return `This takes ${kilobytes(bytes)} kilobytes with its numbers written in full. At most ${kilobytes(MAX_JSON_BYTES)} are stored.`;
}

/**
 * Collects what is wrong with an input, so that a person learns of all of it at once. Ask `done()` before using what
 * the checks returned.
 */
export class InputCheck {
  readonly #errors: UserError[] = [];

  add(code: UserErrorCode, field: string, message: string): void {
    this.#errors.push({ code, message, field: ['input', ...field.split('.')] });
  }

  /**
   * A text as it will be stored: without white space around it, with a character that people see, `least` to `most`
   * characters long, and nothing that PostgreSQL cannot hold unchanged (NUL, lone surrogates).
   */
  text(field: string, value: string, { least = 1, most }: { least?: number; most: number }): string {
    const trimmed = value.trim();
    if (!isStorable(trimmed)) {
      this.add(UserErrorCode.INVALID, field, UNSTORABLE);
    } else if (isInvisible(trimmed)) {
      this.add(UserErrorCode.REQUIRED, field, 'This cannot be empty.');
    } else if (characters(trimmed) < least) {
      this.add(UserErrorCode.INVALID, field, `This must have at least ${least} characters.`);
    } else if (characters(trimmed) > most) {
      this.add(UserErrorCode.INVALID, field, `This must have at most ${most.toLocaleString('en')} characters.`);
    }
    return trimmed;
  }

  /** The same for a text that may be left out, which one that shows nothing counts as. */
  optionalText(
    field: string,
    value: string | null | undefined,
    limits: { least?: number; most: number },
  ): string | null {
    return value == null || (isStorable(value) && isInvisible(value)) ? null : this.text(field, value, limits);
  }

  /**
   * A JSON object that can be kept unchanged: no NUL or lone surrogates, no number that JavaScript cannot hold, not too
   * deep, and not too large with its numbers written in full.
   */
  json(field: string, value: Record<string, unknown> | null | undefined): Record<string, unknown> | null {
    if (value == null) return null;
    const fault = faultOfJson(value) ?? faultOfSize(storedSize(value));
    if (fault === null) return value;
    this.add(UserErrorCode.INVALID, field, fault);
    return null;
  }

  /** A field of an update: null would clear what cannot be empty. */
  requiredInUpdate<Value>(field: string, value: Value | null | undefined): value is Value {
    if (value === null) this.add(UserErrorCode.REQUIRED, field, 'This cannot be empty.');
    return value !== null && value !== undefined;
  }

  /** Adds what another check found, behind what this one did. */
  include(other: InputCheck): void {
    this.#errors.push(...other.#errors);
  }

  get found(): boolean {
    return this.#errors.length > 0;
  }

  /** @throws UserInputError with everything that was found */
  done(): void {
    if (this.#errors.length > 0) throw new UserInputError(this.#errors);
  }
}
