import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  type DocumentNode,
  HttpLink,
  InMemoryCache,
  type OperationVariables,
  type TypedDocumentNode,
} from '@apollo/client';
import { createSession } from '@docket/client';
import { cacheOptions, sessionLink } from '@docket/client/apollo';
import { tap } from 'rxjs';
import { onBackAgain, reportReachable, reportUnreachable } from './connection.js';
import { ViewerDocument } from '../generated/graphql.js';
import { apiUrl } from './settings.js';

export const session = createSession({ endpoint: apiUrl });

/**
 * An answer of the API, whatever it says, shows that the server is there. FORBIDDEN tells that somebody took rights away:
 * what they may do is asked again, and the screens follow.
 */
const connectionLink = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    tap({
      next: ({ errors = [] }) => {
        reportReachable();
        if (!errors.some(({ extensions }) => extensions?.['code'] === 'FORBIDDEN')) return;
        apollo.refetchQueries({ include: [ViewerDocument] }).catch(() => undefined);
      },
      error: (error: unknown) => {
        if (!CombinedGraphQLErrors.is(error)) reportUnreachable();
      },
    }),
  ),
);

export const apollo = new ApolloClient({
  cache: new InMemoryCache(cacheOptions),
  link: ApolloLink.from([connectionLink, sessionLink(session), new HttpLink({ uri: apiUrl })]),
  // What is read again after a change must not be given an answer that was under way before the change.
  queryDeduplication: false,
  defaultOptions: {
    // What is known shows at once, and is brought up to date.
    watchQuery: { fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' },
  },
});

// Another person's data must not show: neither after signing out, nor when another tab signs in as somebody else.
let dataOf: string | null = null;
session.subscribe(() => {
  const userId = session.state.status === 'signedIn' ? session.state.userId : null;
  if (userId === dataOf) return;
  dataOf = userId;
  void apollo.clearStore();
});

onBackAgain(() => {
  void apollo.refetchQueries({ include: 'active' });
});

/**
 * Sends a mutation, and then reads again what it may have changed. Gives its data.
 * @throws what `explain` has a sentence for
 */
export async function mutate<Data, Variables extends OperationVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
  variables: NoInfer<Variables>,
  thenRead: readonly DocumentNode[] = [],
): Promise<Data> {
  const { data } = await apollo.mutate({ mutation, variables, refetchQueries: [...thenRead] });
  if (!data) throw new Error('The answer has no data');
  return data;
}

/** A sentence for the person about a request that failed. */
export function explain(error: unknown): string {
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    const seconds = first?.extensions?.['retryAfterSeconds'];
    if (first?.extensions?.['code'] === 'RATE_LIMITED' && typeof seconds === 'number') {
      return `Too many tries. Try again in ${Math.ceil(seconds / 60)} min.`;
    }
    return first?.message ?? 'The server answered with an error.';
  }
  return 'The server could not be reached. Nothing you typed is lost; try again in a moment.';
}
