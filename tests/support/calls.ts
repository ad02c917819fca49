import { expect } from '@jest/globals';
import { type GraphqlClient } from './client.js';

interface UserError {
  code: string;
  field: string[] | null;
}

/** Why the server refuses a client's access token; null when it takes it. */
export async function refusalOf(client: GraphqlClient): Promise<unknown> {
  const { data, errors } = await client.send('{ viewer { id } }');
  expect(data === null).toBe(errors.length > 0);
  expect(errors.map(({ extensions }) => extensions.code).filter((code) => code !== 'UNAUTHENTICATED')).toEqual([]);
  return errors[0]?.extensions['reason'] ?? null;
}

/** Whether the client is signed in. */
export async function isSignedIn(client: GraphqlClient): Promise<boolean> {
  return (await refusalOf(client)) === null && (await client.query('{ viewer { id } }')).viewer !== null;
}

/** The selection that `faultsOf` reads. */
export const USER_ERRORS = 'userErrors { code field message }';

/** UserErrors as `CODE input.field`, or `CODE` alone for one about no field. */
export function faultsOf({ userErrors }: { userErrors: UserError[] }): string[] {
  return userErrors.map(({ code, field }) => (field === null ? code : `${code} ${field.join('.')}`));
}

/** Calls a mutation that takes one input; gives its payload. `selection` stands beside the userErrors. */
export async function call(client: GraphqlClient, mutation: string, input: object, selection = '') {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const data = await client.query(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${selection} ${USER_ERRORS} } }`,
    { input },
  );
  return data[mutation];
}

/** The same for a mutation that must succeed. */
export async function succeed(client: GraphqlClient, mutation: string, input: object, selection = '') {
  const payload = await call(client, mutation, input, selection);
  expect(faultsOf(payload)).toEqual([]);
  return payload;
}

/** The faults that a mutation answers. */
export async function faults(client: GraphqlClient, mutation: string, input: object): Promise<string[]> {
  return faultsOf(await call(client, mutation, input));
}

/** The codes of the top-level errors that a mutation answers. */
export async function refusals(client: GraphqlClient, mutation: string, input: object): Promise<string[]> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const { errors } = await client.send(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${USER_ERRORS} } }`,
    { input },
  );
  return errors.map(({ extensions }) => extensions.code);
}
