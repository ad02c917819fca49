import { isRaw, JsonProperty, Utils } from '@mikro-orm/core';

/** PostgreSQL's protocol counts them in two bytes. */
const MOST_PARAMETERS = 65_535;

/** An escaped question mark, a name, a value: what the ORM's statements hold. */
const PLACEHOLDERS = /\\\?|\?\??/g;

export interface BoundStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Whether it was tagged by the ORM as JSON, which arrays are not otherwise. */
function isTaggedJson(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, JsonProperty) === true;
}

/** The value as `pg` sends it; the same text that the ORM would write into the statement. */
function sent(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return value.toString();
  if (Utils.isPlainObject(value) || isTaggedJson(value)) return JSON.stringify(value);
  return value ?? null;
}

/**
 * A statement of the ORM with its values as parameters. The ORM itself writes them into the text, from where they get into
 * PostgreSQL's log whenever a statement fails (github.com/mikro-orm/mikro-orm/issues/8001).
 * @param statement with `?` for each value, `??` for each name and `\?` for a question mark; an array is a list of values
 * @param quoteName of the ORM's platform
 * @throws Error when there are more values than PostgreSQL takes
 */
export function boundStatement(
  statement: string,
  parameters: readonly unknown[],
  quoteName: (name: string) => string,
): BoundStatement {
  const values: unknown[] = [];
  const placed = (value: unknown): string => {
    if (isRaw(value)) return written(value.sql, value.params);
    if (Array.isArray(value) && !isTaggedJson(value)) return value.map(placed).join(', ');
    return `$${values.push(sent(value))}`;
  };
  const written = (sql: string, given: readonly unknown[]): string => {
    // Without parameters the ORM leaves question marks alone.
    if (given.length === 0) return sql;
    let next = 0;
    return sql.replaceAll(PLACEHOLDERS, (placeholder) => {
      if (placeholder === '\\?') return '?';
      const value = given[next];
      next += 1;
      return placeholder === '??' ? quoteName(String(value)) : placed(value);
    });
  };
  const text = written(statement, parameters);
  if (values.length > MOST_PARAMETERS)
    throw new Error(`A statement has ${values.length} parameters, more than PostgreSQL takes`);
  return { text, values };
}
