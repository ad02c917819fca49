import { type Exchange, makeOperation, type Operation, type OperationResult } from '@urql/core';
import { filter, fromArray, fromPromise, makeSubject, map, merge, mergeMap, pipe, share } from 'wonka';
import { type Session } from '../session/session.js';

function optionsOf({ context: { fetchOptions } }: Operation): RequestInit | undefined {
  return typeof fetchOptions === 'function' ? fetchOptions() : fetchOptions;
}

function withToken(operation: Operation, token: string | null): Operation {
  const options = optionsOf(operation);
  const headers = Object.fromEntries(new Headers(options?.headers));
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  return makeOperation(operation.kind, operation, { ...operation.context, fetchOptions: { ...options, headers } });
}

function tokenOf(operation: Operation): string | undefined {
  const header = new Headers(optionsOf(operation)?.headers).get('authorization') ?? '';
  return /^Bearer (.*)$/.exec(header)?.[1];
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
      const again = makeSubject<Operation>();
      const sentAgain = new Set<number>();
      const shared = share(operations);
      const teardowns = pipe(
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
      /** Sends the operation again if there is another token; gives whether it did. */
      const renew = async ({ operation }: OperationResult, refused: string) => {
        const token = await session.renew(refused).catch(() => null);
        if (token !== null) again.next(withToken(operation, token));
        return token !== null;
      };
      return pipe(
        merge([sent, teardowns, again.source]),
        forward,
        mergeMap((result) => {
          const { key } = result.operation;
          const used = tokenOf(result.operation);
          const isFinal = used === undefined || !isRefused(result) || sentAgain.has(key);
          sentAgain.delete(key);
          if (isFinal) return fromPromise(Promise.resolve([result]));
          sentAgain.add(key);
          return fromPromise(renew(result, used).then((isSentAgain) => (isSentAgain ? [] : [result])));
        }),
        filter((results) => results.length > 0),
        mergeMap((results) => fromArray(results)),
      );
    };
}
