import { ApolloLink } from '@apollo/client';
import { defer, from, mergeMap, of, type Observable } from 'rxjs';
import { type Session } from '../session/session.js';

function isRefused(result: ApolloLink.Result): boolean {
  return (result.errors ?? []).some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
}

/**
 * Sends each operation with the session's access token. An operation that the server refuses for its token is sent once more
 * with another one: nothing of it was done. It goes before the link that sends.
 */
export function sessionLink(session: Session): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const send = (token: string | null): Observable<ApolloLink.Result> => {
      operation.setContext(({ headers = {} }) => ({
        headers: token === null ? headers : { ...headers, authorization: `Bearer ${token}` },
      }));
      return forward(operation);
    };
    return defer(() => from(session.accessToken())).pipe(
      mergeMap((token) =>
        send(token).pipe(
          mergeMap((result) => {
            if (token === null || !isRefused(result)) return of(result);
            return from(session.renew(token)).pipe(mergeMap((other) => (other === null ? of(result) : send(other))));
          }),
        ),
      ),
    );
  });
}
