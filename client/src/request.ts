import { type TypedDocumentString } from './generated/graphql.js';

/** The server answered with a top-level error. */
export class RequestError extends Error {
  override name = 'RequestError';

  constructor(
    message: string,
    readonly code: string,
    /** UNAUTHENTICATED only: MISSING, EXPIRED, INVALID or REVOKED. */
    readonly reason: string | undefined,
    /** RATE_LIMITED only. */
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(message);
  }
}

/** No answer came, or none of the API's: it is unknown whether the server saw the request. */
export class UnreachableError extends Error {
  override name = 'UnreachableError';
}

interface Transport {
  readonly endpoint: string;
  readonly fetch: typeof fetch;
  readonly accessToken?: string | undefined;
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

/**
 * Sends one operation by POST, with the cookie.
 * @throws RequestError, UnreachableError
 */
export async function request<Data, Variables>(
  { endpoint, fetch: send, accessToken }: Transport,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  let answer: Answer<Data>;
  try {
    const response = await send(endpoint, {
      method: 'POST',
      credentials: 'include',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
    answer = await response.json();
  } catch (error) {
    throw new UnreachableError('The server could not be reached', { cause: error });
  }
  const [error] = answer.errors ?? [];
  if (error) {
    const { code, reason, retryAfterSeconds } = error.extensions ?? {};
    throw new RequestError(
      error.message,
      typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
      typeof reason === 'string' ? reason : undefined,
      typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
    );
  }
  if (!answer.data) throw new UnreachableError('The answer is none of the API');
  return answer.data;
}
