/** What the editor shows first. */
export const WELCOME_QUERY = `# Welcome to Docket. To try it:
#
# 1. Fill in the tab "Variables" below, then
#    press the button at the right: SignIn.
#    A new server prints the sign-in of its
#    sample people when it starts.
# 2. Put the accessToken that you get into
#    the tab "Headers", after "Bearer ".
#    It is valid for ten minutes.
# 3. Press the button again: MyTickets. Live
#    shows changes as they happen.
#
# The documentation is at the far left.

mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    accessToken
    user {
      username
    }
    userErrors {
      code
      message
    }
  }
}

query Me {
  viewer {
    username
  }
}

query MyTickets {
  tickets(first: 10) {
    totalCount
    edges {
      node {
        number
        title
        status
        priority
      }
    }
  }
}

query WatchedByMe {
  tickets(first: 10, filter: { watchedByMe: true }) {
    nodes {
      number
      title
      viewerWatchState
    }
  }
}

subscription Live {
  ticketChanges {
    __typename
    cursor
    ... on TicketChange {
      kind
      ticket {
        number
        title
        status
      }
    }
  }
}
`;

const WELCOME_VARIABLES = JSON.stringify({ input: { login: '', password: '' } }, null, 2);
const WELCOME_HEADERS = JSON.stringify({ Authorization: 'Bearer ' }, null, 2);

/**
 * What runs in the browser. It is text because the compiler only carries TypeScript into dist/.
 *
 * What people type, passwords among it, is kept in the tab's sessionStorage: GraphiQL's own choice, localStorage,
 * would keep it on the disk (its history stores headers, and so tokens, even with shouldPersistHeaders off). An
 * Authorization header that has no token yet is not sent, so that signing in and loading the schema work with the
 * placeholder in place.
 *
 * Subscriptions come as server-sent events, which have the same headers as other requests.
 *
 * A link to the page may carry `?query=…&variables=…` (see ticket-link.ts): it is shown in a tab of its own and never run
 * by itself, and leaves the address at once, so that a reload shows what has become of it.
 */
export const bootstrapScript = `'use strict';
const fetchGraphQL = GraphiQL.createFetcher({ url: location.pathname });

/** The messages of a subscription, as they come. */
async function* messagesOf(operation, headers, signal) {
  try {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(operation),
      signal,
    });
    let text = '';
    for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (text + value).split('\\n\\n');
      text = events.pop();
      for (const event of events) {
        const [, data] = /^data: (.+)$/m.exec(event) ?? [];
        if (data) yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The same as an iterator that stops at once: a generator would first wait for the next message. */
function followGraphQL(operation, headers) {
  const stopping = new AbortController();
  const messages = messagesOf(operation, headers, stopping.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => messages.next(),
    async return() {
      stopping.abort();
      return { done: true, value: undefined };
    },
  };
}

function isSubscription({ query, operationName }, documentAST) {
  const operations = (documentAST?.definitions ?? []).filter(({ kind }) => kind === 'OperationDefinition');
  const named = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return named?.operation === 'subscription';
}

function withoutEmptyToken(headers) {
  return Object.fromEntries(
    Object.entries(headers ?? {}).filter(
      ([name, value]) => name.toLowerCase() !== 'authorization' || !/^(Bearer)?\\s*$/i.test(String(value)),
    ),
  );
}

const welcome = {
  query: ${JSON.stringify(WELCOME_QUERY)},
  variables: ${JSON.stringify(WELCOME_VARIABLES)},
  headers: ${JSON.stringify(WELCOME_HEADERS)},
};
const link = new URLSearchParams(location.search);
const linked = link.has('query') && {
  query: link.get('query'),
  variables: link.get('variables'),
  headers: welcome.headers,
};

// GraphiQL takes the first query and variables from its storage, and opens a tab for them if none has them yet; were
// they given in another way, a reload would take the tab for a stranger's and open a second one.
if (linked) {
  sessionStorage.setItem('graphiql:query', linked.query);
  sessionStorage.setItem('graphiql:variables', linked.variables ?? '');
  history.replaceState(null, '', location.pathname);
} else if (sessionStorage.getItem('graphiql:tabState') === null) {
  sessionStorage.setItem('graphiql:variables', welcome.variables);
}

const logo = React.createElement(GraphiQL.Logo, null, 'Docket');
const settings = {
  fetcher: (parameters, options) => {
    const headers = withoutEmptyToken(options?.headers);
    return isSubscription(parameters, options?.documentAST)
      ? followGraphQL(parameters, headers)
      : fetchGraphQL(parameters, { ...options, headers });
  },
  defaultQuery: welcome.query,
  defaultHeaders: welcome.headers,
  ...(linked && { defaultTabs: [linked, welcome] }),
  defaultEditorToolsVisibility: 'headers',
  isHeadersEditorEnabled: true,
  shouldPersistHeaders: false,
  showPersistHeadersSettings: false,
  inputValueDeprecation: true,
  storage: sessionStorage,
};

const root = ReactDOM.createRoot(document.getElementById('explorer'));
root.render(React.createElement(GraphiQL, settings, logo));
`;
