import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLDateTimeISO, GraphQLEmailAddress, GraphQLJSONObject } from 'graphql-scalars';
import { isInstant } from '../common/instant.js';
import { exactNumber, InexactNumber } from '../common/exact-json.js';

/** RFC 5321 allows 254 characters in a path's address. */
const EMAIL_ADDRESS_LENGTH = 254;

/** Other years cannot be written so that both JavaScript and PostgreSQL read them. */
function fourDigitYear(instant: Date): Date {
  if (!isInstant(instant.toISOString())) throw new GraphQLError('A DateTime lies in the years 0001 to 9999, in UTC.');
  return instant;
}

/**
 * Rows have instants as text (database/text-values.ts), entities as Date: both are serialized alike, without creating a
 * Date for each.
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
  // Stored values were validated as input; validating each again would cost a regular expression a row.
  serialize: String,
  parseValue: shortAddress,
  parseLiteral: (node) => shortAddress('value' in node ? node.value : undefined),
});

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** The value that a literal writes; undefined for a variable that was not given. */
function jsonOf(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return exactNumber(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => jsonOf(value, variables) ?? null);
    case Kind.OBJECT:
      // fromEntries makes own members of all names, __proto__ too.
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, jsonOf(value, variables)]));
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.ENUM:
      break;
  }
  throw new GraphQLError(`JSON has no ${node.value}. Write it as a text, in quotes.`, { nodes: node });
}

function jsonObject(value: unknown): unknown {
  if (value instanceof InexactNumber) throw new GraphQLError(`A JSON object is needed, not ${value.source}.`);
  return GraphQLJSONObject.parseValue(value);
}

/** Its numbers that JavaScript cannot hold are `InexactNumber`s, which `InputCheck` refuses. */
export const JSONObject = new GraphQLScalarType({
  ...GraphQLJSONObject.toConfig(),
  description: 'A JSON object. Its numbers are ones that a double holds as they are written.',
  parseValue: jsonObject,
  parseLiteral: (node, variables) => jsonObject(jsonOf(node, variables)),
});
