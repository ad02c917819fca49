// The API as a program uses it: for what a test needs before it looks at the desk.
import assert from 'node:assert/strict';

/** Sends an operation as one of the demo people. Gives its data; errors and userErrors of any mutation fail the test. */
export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<Record<string, any>>;

interface Answer {
  readonly data: Record<string, any>;
  readonly errors?: readonly unknown[];
}

async function send(url: string, token: string | null, query: string, variables: object): Promise<Answer['data']> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answer;
  assert.deepEqual(errors, undefined);
  for (const payload of Object.values(data)) assert.deepEqual(payload?.userErrors ?? [], []);
  return data;
}

export async function signIn(url: string, login: string, password = 'docket-demo'): Promise<Ask> {
  const input = { login, password };
  const { signIn: payload } = await send(
    url,
    null,
    'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }',
    { input },
  );
  return async (query, variables = {}) => send(url, payload.accessToken, query, variables);
}
