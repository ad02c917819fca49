import { type Session } from './session.js';

interface Answer {
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Whether the API refused the token; nothing of the operation was done then. */
async function isRefused(response: Response): Promise<boolean> {
  // Streams have no end to wait for.
  if (!/json/.test(response.headers.get('content-type') ?? '')) return false;
  const answer: Answer | null = await response
    .clone()
    .json()
    .catch(() => null);
  return answer?.errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') ?? false;
}

/**
 * A fetch that sends the session's access token, and tries once more with a new one when the server refuses it: for
 * Relay's network layer, and for whatever else takes a fetch.
 */
export function sessionFetch(session: Session, send: typeof fetch = globalThis.fetch): typeof fetch {
  return async (input, init) => {
    const sendWith = async (token: string | null) => {
      const headers = new Headers(init?.headers);
      if (token !== null) headers.set('authorization', `Bearer ${token}`);
      return send(input, { ...init, headers });
    };
    const token = await session.accessToken();
    const response = await sendWith(token);
    if (token === null || !(await isRefused(response))) return response;
    const other = await session.renew(token);
    return other === null ? response : sendWith(other);
  };
}
