// The API as a program uses it: for what a test needs before it looks at the desk.
import assert from 'node:assert/strict';

/** Sends an operation as one of the demo people. Gives its data; errors, and userErrors of a mutation, fail the test. */
export type Ask = <Data = unknown>(query: string, variables?: object) => Promise<Data>;

interface Answer {
  readonly data?: Readonly<Record<string, { readonly userErrors?: readonly unknown[] } | null>>;
  readonly errors?: readonly unknown[];
}

async function send<Data>(url: string, token: string | null, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answer;
  assert.deepEqual(errors, undefined);
  assert.deepEqual(
    Object.values(data ?? {}).flatMap((payload) => payload?.userErrors ?? []),
    [],
  );
  return data as Data;
}

export async function signIn(url: string, login: string, password = 'docket-demo'): Promise<Ask> {
  const { signIn: payload } = await send<{ signIn: { accessToken: string } }>(
    url,
    null,
    'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }',
    { input: { login, password } },
  );
  return async <Data>(query: string, variables: object = {}) => send<Data>(url, payload.accessToken, query, variables);
}

/** What tests mostly ask for. */
export interface Found {
  readonly tickets: { readonly nodes: readonly { readonly id: string; readonly title: string }[] };
}
export interface FoundPerson {
  readonly userByUsername: { readonly id: string; readonly role: { readonly id: string } };
}
