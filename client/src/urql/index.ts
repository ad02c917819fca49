import { type Exchange, makeOperation, type Operation, type OperationResult } from '@urql/core';
import { filter, fromPromise, map, merge, mergeMap, pipe, share, fromValue, type Source } from 'wonka';
import { type Session } from '../session/session.js';

function withToken(operation: Operation, token: string | null): Operation {
  const given = operation.context.fetchOptions;
  const options = typeof given === 'function' ? given() : given;
  const headers = Object.fromEntries(new Headers(options?.headers));
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  return makeOperation(operation.kind, operation, { ...operation.context, fetchOptions: { ...options, headers } });
}

function isRefused({ error }: OperationResult): boolean {
  return error?.graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED') ?? false;
}

/**
 * Sends each operation with the session's access token, and once more with another one where the server refuses it. It goes
 * before fetchExchange.
 */
export function sessionExchange(session: Session): Exchange {
  return ({ forward }) =>
    (operations) => {
      const shared = share(operations);
      const others = pipe(
        shared,
        filter(({ kind }) => kind === 'teardown'),
      );
      const sent = pipe(
        shared,
        filter(({ kind }) => kind !== 'teardown'),
        mergeMap((operation) =>
          pipe(
            // Without an answer to the refresh the operation itself fails, and tells so.
            fromPromise(session.accessToken().catch(() => null)),
            map((token) => withToken(operation, token)),
          ),
        ),
      );
      const again = (result: OperationResult): Source<OperationResult> => {
        const used = /^Bearer (.*)$/.exec(headerOf(result.operation))?.[1];
        if (used === undefined || !isRefused(result)) return fromValue(result);
        return pipe(
          fromPromise(session.renew(used)),
          mergeMap((token) =>
            token === null ? fromValue(result) : forward(fromValue(withToken(result.operation, token))),
          ),
        );
      };
      return pipe(merge([sent, others]), forward, mergeMap(again));
    };
}

function headerOf({ context: { fetchOptions } }: Operation): string {
  const options = typeof fetchOptions === 'function' ? fetchOptions() : fetchOptions;
  return new Headers(options?.headers).get('authorization') ?? '';
}
