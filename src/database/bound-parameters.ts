import { isRaw, JsonProperty, Utils } from '@mikro-orm/core';
import { PostgreSqlPlatform } from '@mikro-orm/postgresql';

/** PostgreSQL's protocol counts them in two bytes. */
const MAX_PARAMETERS = 65_535;

/** Whether it was tagged by the ORM as JSON, which arrays are not otherwise. */
function isTaggedJson(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, JsonProperty) === true;
}

/** The value as `pg` sends it; the same text that the ORM would write into the statement. */
function encoded(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return value.toString();
  if (Utils.isPlainObject(value) || isTaggedJson(value)) return JSON.stringify(value);
  return value ?? null;
}

/**
 * Formats one statement of the ORM with its values as parameters. The ORM's own platform writes them into the text, from where
 * they get into PostgreSQL's log whenever a statement fails, and has no option against it
 * (github.com/mikro-orm/mikro-orm/issues/8001).
 */
export class BoundParameters extends PostgreSqlPlatform {
  readonly values: unknown[] = [];

  /** Called by `formatQuery` for each value; an array is a list of them. */
  override quoteValue(value: unknown): string {
    if (isRaw(value)) return this.formatQuery(value.sql, value.params);
    if (Array.isArray(value) && !isTaggedJson(value)) return value.map((one) => this.quoteValue(one)).join(', ');
    const position = this.values.push(encoded(value));
    if (position > MAX_PARAMETERS) throw new Error(`A statement has more than ${MAX_PARAMETERS} parameters`);
    return `$${position}`;
  }
}
