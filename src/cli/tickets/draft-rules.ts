import { type Clock } from '../../clock.js';
import { parseInstant } from './instant.js';
import { type Mapping } from './mapping.js';
import { type Preset } from './presets.js';
import { type Dictionaries } from './vocabulary.js';

/** Clocks of other systems, and their zones, may be off by as much. */
const FUTURE_TOLERANCE_MS = 86_400_000;
const EARLIEST_YEAR = 1970;

/** What a row is wrong about; its message becomes part of a fault. */
export class RowError extends Error {
  override name = 'RowError';
}

/** All that decides how a row becomes a ticket. */
export class DraftRules {
  readonly preset: Preset;
  readonly source: string;
  readonly mapping: Mapping;
  readonly dictionaries: Dictionaries;
  readonly now: Date;
  readonly #timeZone: string;

  constructor(parts: {
    preset: Preset;
    source: string;
    mapping: Mapping;
    dictionaries: Dictionaries;
    clock: Clock;
    timeZone: string;
  }) {
    this.preset = parts.preset;
    this.source = parts.source;
    this.mapping = parts.mapping;
    this.dictionaries = parts.dictionaries;
    this.now = parts.clock.now();
    this.#timeZone = parts.timeZone;
  }

  canReadInstant(text: string): boolean {
    return parseInstant(text, this.#timeZone) !== null;
  }

  /** @throws RowError for what is no instant, or none that a ticket can have */
  instant(text: string, what: string): Date {
    const instant = parseInstant(text, this.#timeZone);
    if (instant === null) throw new RowError(`${what}: "${text}" is not a date and time.`);
    if (instant.getUTCFullYear() < EARLIEST_YEAR || instant.getTime() > this.now.getTime() + FUTURE_TOLERANCE_MS) {
      throw new RowError(`${what}: ${instant.toISOString()} lies before ${EARLIEST_YEAR} or in the future.`);
    }
    return instant;
  }
}
