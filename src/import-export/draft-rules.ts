import { type Clock } from '../common/clock.js';
import { possibleFormats } from './date-format.js';
import { type InstantRules, parseInstant } from './instant.js';
import { type Mapping } from './mapping.js';
import { option } from './option-text.js';
import { type Preset } from './preset.js';
import { type RowFault } from './source-record.js';
import { type Dictionaries } from './vocabulary.js';

/** Clocks of other systems, and their zones, may be off by as much. */
const FUTURE_TOLERANCE_MS = 86_400_000;
const EARLIEST_YEAR = 1970;

/** What a row is wrong about; becomes a fault with the row's line. */
export class RowError extends Error {
  override name = 'RowError';
  readonly fault: Omit<RowFault, 'line' | 'message'>;

  constructor(message: string, fault: Omit<RowFault, 'line' | 'message'> = {}) {
    super(message);
    this.fault = fault;
  }
}

/** All that decides how a row becomes a ticket. */
export class DraftRules {
  readonly preset: Preset;
  readonly source: string;
  readonly mapping: Mapping;
  readonly dictionaries: Dictionaries;
  readonly now: Date;
  readonly #instants: InstantRules;

  constructor(parts: {
    preset: Preset;
    source: string;
    mapping: Mapping;
    dictionaries: Dictionaries;
    clock: Clock;
    instants: InstantRules;
  }) {
    this.preset = parts.preset;
    this.source = parts.source;
    this.mapping = parts.mapping;
    this.dictionaries = parts.dictionaries;
    this.now = parts.clock.now();
    this.#instants = parts.instants;
  }

  /** Whether the text is meant as an instant, also when it can only be read once its format is named. */
  isInstant(text: string): boolean {
    return parseInstant(text, this.#instants) !== null || (/\d\D\d/.test(text) && possibleFormats(text).length > 0);
  }

  /** Also one in the future. @throws RowError for what is no instant */
  anyInstant(text: string, what: string): Date {
    const instant = parseInstant(text, this.#instants);
    if (instant === null) throw unreadable(text, what);
    return instant;
  }

  /** @throws RowError for what is no instant, or none at which something can have happened to a ticket */
  instant(text: string, what: string): Date {
    const instant = this.anyInstant(text, what);
    if (instant.getUTCFullYear() < EARLIEST_YEAR || instant.getTime() > this.now.getTime() + FUTURE_TOLERANCE_MS) {
      throw new RowError(`${what}: ${instant.toISOString()} lies before ${EARLIEST_YEAR} or in the future.`, {
        group: `${what}: before ${EARLIEST_YEAR} or in the future`,
      });
    }
    return instant;
  }
}

/** A fault for all texts of the same shape: 17,000 dates that differ in their digits are wrong in one way. */
function unreadable(text: string, what: string): RowError {
  const formats = possibleFormats(text);
  const shape = text.trim().replaceAll(/\d+/g, '#');
  if (formats.length === 0) {
    return new RowError(`${what}: "${text}" is not a date and time.`, { group: `${what}: no date: ${shape}` });
  }
  const meaning =
    formats.length === 1
      ? `"${text}" may have several meanings; how it is to be read must be said`
      : `"${text}" may be ${formats.join(' or ')}; which one must be said`;
  return new RowError(`${what}: ${meaning}.`, {
    group: `${what}: date ${formats.join(' or ')}`,
    options: formats.map((format) => option('date-format', format)),
  });
}
