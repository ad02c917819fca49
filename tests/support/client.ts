/** A GraphQL answer as it came over HTTP. */
export interface Answer<Data = Record<string, unknown>> {
  status: number;
  /** The Set-Cookie headers. */
  cookies: string[];
  data: Data;
  errors: { message: string; path?: (string | number)[]; extensions: { code: string; [key: string]: unknown } }[];
}

export interface GraphqlClient {
  /** Sends one operation by POST; gives the whole answer, errors and all. */
  // What a test reads from an answer is checked by its assertions: its shape is not declared twice.
  // oxlint-disable-next-line typescript/no-explicit-any
  send(query: string, variables?: Record<string, unknown>): Promise<Answer<any>>;
  /** Sends one operation that must have no top-level error; gives its data. */
  // oxlint-disable-next-line typescript/no-explicit-any
  query(query: string, variables?: Record<string, unknown>): Promise<any>;
  /** The same server with another token. */
  withToken(token: string | undefined): GraphqlClient;
  /** The same server and token, with these headers beside. */
  withHeaders(headers: Record<string, string>): GraphqlClient;
  readonly token: string | undefined;
}

export function createClient(url: string, token?: string, headers: Record<string, string> = {}): GraphqlClient {
  const client: GraphqlClient = {
    token,
    async send(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = JSON.parse(await response.text()) as Partial<Answer>;
      return { status: response.status, cookies: response.headers.getSetCookie(), data, errors: errors ?? [] };
    },
    async query(query, variables) {
      const { data, errors } = await client.send(query, variables);
      if (errors.length > 0) throw new Error(`Unexpected errors: ${JSON.stringify(errors)}`);
      return data;
    },
    withToken: (other) => createClient(url, other, headers),
    withHeaders: (more) => createClient(url, token, { ...headers, ...more }),
  };
  return client;
}
