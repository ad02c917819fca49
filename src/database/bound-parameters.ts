import { isRaw, JsonProperty, Utils } from '@mikro-orm/core';
import { PostgreSqlPlatform } from '@mikro-orm/postgresql';

/** Maximum number of parameters: PostgreSQL's protocol counts them in two bytes. */
const MAX_PARAMETERS = 65_535;

/** Whether the ORM tagged the value as JSON; other arrays are SQL arrays. */
function isTaggedJson(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, JsonProperty) === true;
}

/** The value for `pg`: the same text that the ORM would write into the statement. */
function encoded(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return value.toString();
  if (Utils.isPlainObject(value) || isTaggedJson(value)) return JSON.stringify(value);
  return value ?? null;
}

/**
 * Formats one statement of the ORM with its values as parameters. The ORM writes values into the text, without an
 * option against it, and PostgreSQL logs the text of failed statements (github.com/mikro-orm/mikro-orm/issues/8001).
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
