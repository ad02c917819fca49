import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO, GraphQLEmailAddress, GraphQLJSONObject } from 'graphql-scalars';
import { isInstant } from '../database/instant.js';

/** RFC 5321 allows 254 characters in a path's address. */
const EMAIL_ADDRESS_LENGTH = 254;

/** Other years cannot be written so that both JavaScript and PostgreSQL read them. */
function fourDigitYear(instant: Date): Date {
  if (!isInstant(instant.toISOString())) throw new GraphQLError('A DateTime lies in the years 0001 to 9999, in UTC.');
  return instant;
}

/**
 * Rows carry instants as the text that PostgreSQL made (see database/rows.ts), entities as Date: both come out
 * the same, without making a Date of each.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant in UTC, ISO 8601 with milliseconds.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  parseValue: (value) => fourDigitYear(GraphQLDateTimeISO.parseValue(value)),
  parseLiteral: (node, variables) => fourDigitYear(GraphQLDateTimeISO.parseLiteral(node, variables)),
  serialize: (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Date) return value.toISOString();
    throw new TypeError(`DateTime cannot represent a value of type ${typeof value}`);
  },
});

function shortAddress(value: unknown): string {
  if (typeof value === 'string' && value.length > EMAIL_ADDRESS_LENGTH) {
    throw new GraphQLError(`An e-mail address has at most ${EMAIL_ADDRESS_LENGTH} characters.`);
  }
  return GraphQLEmailAddress.parseValue(value);
}

export const EmailAddress = new GraphQLScalarType<string, string>({
  name: 'EmailAddress',
  description: `An e-mail address, at most ${EMAIL_ADDRESS_LENGTH} characters; compared without regard to case.`,
  specifiedByURL: 'https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address',
  // What is stored was checked when it came in; checking each row again costs a regular expression a row.
  serialize: String,
  parseValue: shortAddress,
  parseLiteral: (node) => shortAddress('value' in node ? node.value : undefined),
});

export const JSONObject = new GraphQLScalarType({
  ...GraphQLJSONObject.toConfig(),
  description: 'A JSON object.',
});
