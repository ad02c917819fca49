/** Asks the API as somebody else than the people at the browsers: for what has to be there before, or happens meanwhile. */
export interface Api {
  <Data>(query: string, variables?: Record<string, unknown>): Promise<Data>;
}

/** What a mutation gives. */
type Payload = { readonly userErrors?: readonly { readonly message: string }[] } | null;

interface Answer<Data> {
  readonly data?: Data;
  readonly errors?: readonly { readonly message: string }[];
}

async function ask<Data>(url: string, token: string | null, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  const { data, errors }: Answer<Data> = answer;
  const { data: payloads = {} }: Answer<Record<string, Payload>> = answer;
  if (!data || errors) throw new Error(errors?.map(({ message }) => message).join(' ') ?? `${response.status}`);
  const faults = Object.values(payloads).flatMap((payload) => payload?.userErrors ?? []);
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join(' '));
  return data;
}

/** The API, signed in as one of the demo people. */
export async function apiAs(deskUrl: string, username: string): Promise<Api> {
  const url = deskUrl.replace(/\/$/, '');
  const { signIn } = await ask<{ signIn: { accessToken: string } }>(
    url,
    null,
    'mutation ($login: String!) { signIn(input: { login: $login, password: "docket-demo" }) { accessToken } }',
    { login: username },
  );
  return async (query, variables = {}) => ask(url, signIn.accessToken, query, variables);
}

/** What tests mostly ask for. */
export interface Found {
  readonly tickets: { readonly nodes: readonly { readonly id: string; readonly title: string }[] };
}
export interface FoundPerson {
  readonly userByUsername: { readonly id: string; readonly role: { readonly id: string } };
}
