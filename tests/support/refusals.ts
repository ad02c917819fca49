import { expect } from '@jest/globals';
import { type GraphqlClient } from './client.js';
import { databaseState } from './database-state.js';
import { type TestServer } from './server.js';

/** A userError as `CODE input.field`; `CODE` alone for one about no field. */
type Fault = string;

interface UserError {
  code: string;
  message: string;
  field: string[] | null;
}

function faultOf({ code, field }: UserError): Fault {
  return field === null ? code : `${code} ${field.join('.')}`;
}

/** Names of fields, and of enum values, which the person who reads it has never seen. */
const INTERNAL_NAMES =
  /\b[a-z]+[A-Z]\w*|\b(?!UUID\b)[A-Z]{2,}(?:_[A-Z]+)*\b|\w_\w|\b(?:null|undefined|true|false|input|payload)\b|[{}[\]]/;

/** The message of a userError: whole sentences, in words that a person knows. */
export function expectForPeople(message: string): void {
  expect(message).toMatch(/^[A-Z].*\.$/s);
  expect(message).not.toMatch(INTERNAL_NAMES);
}

/**
 * Sends a mutation of one root field, which asks for userErrors { code message field }. It must be answered with
 * these faults in this order, and change no row of any table. Gives the payload.
 */
export async function expectRefused(
  server: TestServer,
  client: GraphqlClient,
  call: { mutation: string; input: Record<string, unknown> },
  ...faults: Fault[]
) {
  const before = await databaseState(server);
  const data: Record<string, { userErrors: UserError[] }> = await client.query(call.mutation, { input: call.input });
  const [payload] = Object.values(data);
  expect(payload?.userErrors.map(faultOf)).toEqual(faults);
  for (const { message } of payload?.userErrors ?? []) expectForPeople(message);
  expect(await databaseState(server)).toEqual(before);
  return payload;
}

/** Sends an operation that must fail with one top-level error of this code, and change no row of any table. */
export async function expectError(
  server: TestServer,
  client: GraphqlClient,
  code: string,
  document: string,
  variables: Record<string, unknown> = {},
): Promise<void> {
  const before = await databaseState(server);
  const { errors } = await client.send(document, variables);
  expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  expect(await databaseState(server)).toEqual(before);
}
