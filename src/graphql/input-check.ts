import { UserErrorCode, type UserError, UserInputError } from './errors.js';
import { storedSize } from './json-size.js';

/** Characters as people count them, not UTF-16 units; PostgreSQL's char_length counts the same way. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Far beyond what people nest, and far below what the server's stack and PostgreSQL's bear. */
const DEEPEST_JSON = 100;

/** As large as a request may be: only numbers such as 1e308, which are stored in full, make more of it. */
const MOST_JSON_BYTES = 100 * 1024;

function kilobytes(bytes: number): string {
  return Math.ceil(bytes / 1024).toLocaleString('en');
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Whether PostgreSQL can keep the JSON value unchanged. */
function isStorableJson(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return (
    depth < DEEPEST_JSON &&
    Object.entries(value).every(([key, inner]) => isStorable(key) && isStorableJson(inner, depth + 1))
  );
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
   * A text as it will be stored: trimmed, `least` to `most` characters after that, and nothing that PostgreSQL cannot
   * hold unchanged (NUL, lone surrogates).
   */
  text(field: string, value: string, { least = 1, most }: { least?: number; most: number }): string {
    const trimmed = value.trim();
    if (!isStorable(trimmed)) {
      this.add(UserErrorCode.INVALID, field, 'This text holds a character that cannot be stored. Take it out.');
    } else if (trimmed === '') {
      this.add(UserErrorCode.REQUIRED, field, 'This cannot be empty.');
    } else if (characters(trimmed) < least) {
      this.add(UserErrorCode.INVALID, field, `This must have at least ${least} characters.`);
    } else if (characters(trimmed) > most) {
      this.add(UserErrorCode.INVALID, field, `This must have at most ${most.toLocaleString('en')} characters.`);
    }
    return trimmed;
  }

  /** The same for a text that may be left out; empty counts as left out. */
  optionalText(
    field: string,
    value: string | null | undefined,
    limits: { least?: number; most: number },
  ): string | null {
    return value == null || value.trim() === '' ? null : this.text(field, value, limits);
  }

  /** A JSON object that PostgreSQL can keep unchanged: no NUL, lone surrogates or infinities, and not too deep. */
  json(field: string, value: Record<string, unknown> | null | undefined): Record<string, unknown> | null {
    if (value == null) return null;
    if (isStorableJson(value)) {
      const size = storedSize(value);
      if (size <= MOST_JSON_BYTES) return value;
      this.add(
        UserErrorCode.INVALID,
        field,
        `This takes ${kilobytes(size)} kB with its numbers written in full. At most ${kilobytes(MOST_JSON_BYTES)} kB are stored.`,
      );
      return null;
    }
    const message = `This holds a character or number that cannot be stored, or more than ${DEEPEST_JSON} levels.`;
    this.add(UserErrorCode.INVALID, field, message);
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
