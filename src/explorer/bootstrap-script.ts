import { WELCOME_HEADERS, WELCOME_QUERY, WELCOME_VARIABLES } from './sample-operations.js';

/**
 * What runs in the browser. It is text because the compiler only carries TypeScript into dist/.
 *
 * What people type, passwords among it, is kept in the tab's sessionStorage: GraphiQL's own choice, localStorage,
 * would keep it on the disk (its history stores headers, and so tokens, even with shouldPersistHeaders off). An
 * Authorization header that has no token yet is not sent, so that signing in and loading the schema work with the
 * placeholder in place.
 *
 * A sign-in's answer puts its access token into the Authorization header. If the refresh token was asked for too, or is kept in the
 * cookie (then it is null), the access token is renewed while the page is open; tokens are kept in memory only.
 *
 * Subscriptions come as server-sent events, which have the same headers as other requests.
 *
 * A link to the page may carry `?query=…&variables=…` (see ticket-link.ts): it is shown in a tab of its own and never run
 * by itself, and leaves the address at once, so that a reload shows what has become of it.
 */
export const bootstrapScript = `'use strict';
const fetchGraphQL = GraphiQL.createFetcher({ url: location.pathname, enableIncrementalDelivery: false });

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

const RENEW =
  'mutation ($input: RefreshSessionInput) { refreshSession(input: $input) { accessToken accessTokenExpiresIn refreshToken } }';
/** Renewed after this part of its time, and tried again after the pause when the server is away. */
const RENEW_AFTER = 0.8;
const PAUSE_MS = 5_000;
/** In seconds, where the answer does not tell when the token expires; the next one does. */
const UNKNOWN_TIME = 60;

/** The last session that was opened here. */
let session = null;
/** Access tokens that came here: in a header they are replaced by the last of them. */
const issued = new Set();
let timer;

function useSession({ accessToken, accessTokenExpiresIn, refreshToken }) {
  const time = (accessTokenExpiresIn ?? UNKNOWN_TIME) * 1_000 * RENEW_AFTER;
  issued.add(accessToken);
  session = { accessToken, refreshToken, renewAt: Date.now() + time };
  clearTimeout(timer);
  if (refreshToken !== undefined) timer = setTimeout(renew, time);
}

async function renew() {
  const asked = session;
  if (asked?.refreshToken === undefined) return;
  try {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: RENEW, variables: { input: { refreshToken: asked.refreshToken ?? undefined } } }),
    });
    const { data } = await response.json();
    // Somebody may have signed in meanwhile.
    if (session !== asked) return;
    if (data?.refreshSession?.accessToken) {
      useSession(data.refreshSession);
      showToken((shown) => issued.has(shown));
    } else session = null;
  } catch {
    clearTimeout(timer);
    timer = setTimeout(renew, PAUSE_MS);
  }
}

const tokenOf = (value) => String(value).replace(/^Bearer */i, '');

/** Puts the access token into the text of the headers, if what stands there may be replaced. */
function withToken(text, mayReplace) {
  try {
    const headers = JSON.parse(text || '{}');
    const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization') ?? 'Authorization';
    if (!mayReplace(tokenOf(headers[name] ?? ''))) return text;
    return JSON.stringify({ ...headers, [name]: 'Bearer ' + session.accessToken }, null, 2);
  } catch {
    return text;
  }
}

/** A sign-in's answer is any that has an access token. */
function takeSession(answer) {
  for (const payload of Object.values(answer?.data ?? {})) {
    if (typeof payload?.accessToken !== 'string') continue;
    useSession(payload);
    showToken(() => true);
  }
  return answer;
}

/** The headers with a token that is still good. */
async function withGoodToken(headers) {
  const given = withoutEmptyToken(headers);
  const name = Object.keys(given).find((each) => each.toLowerCase() === 'authorization');
  if (name === undefined || session === null || !issued.has(tokenOf(given[name]))) return given;
  // A timer is late where the machine was asleep.
  if (Date.now() > session.renewAt) await renew();
  return session === null ? given : { ...given, [name]: 'Bearer ' + session.accessToken };
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

/** The tab's sessionStorage. Where the browser denies it, what people type lasts as long as the page. */
function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    const items = new Map();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, String(value)),
      removeItem: (key) => void items.delete(key),
      clear: () => items.clear(),
      get length() {
        return items.size;
      },
    };
  }
}
const storage = tabStorage();

// GraphiQL takes the first query and variables from its storage, and opens a tab for them if none has them yet; were
// they given in another way, a reload would take the tab for a stranger's and open a second one.
if (linked) {
  storage.setItem('graphiql:query', linked.query);
  storage.setItem('graphiql:variables', linked.variables ?? '');
  history.replaceState(null, '', location.pathname);
} else if (storage.getItem('graphiql:tabState') === null) {
  storage.setItem('graphiql:variables', welcome.variables);
}

let headersText = welcome.headers;
let tab = 0;

const logo = React.createElement(GraphiQL.Logo, null, 'Docket');
const settings = {
  fetcher: async (parameters, options) => {
    const headers = await withGoodToken(options?.headers);
    return isSubscription(parameters, options?.documentAST)
      ? followGraphQL(parameters, headers)
      : takeSession(await fetchGraphQL(parameters, { ...options, headers }));
  },
  onEditHeaders: (text) => {
    headersText = text;
  },
  // Each tab has headers of its own.
  onTabChange: ({ tabs, activeTabIndex }) => {
    if (activeTabIndex === tab) return;
    tab = activeTabIndex;
    headersText = tabs[tab]?.headers ?? '';
    if (session) showToken((shown) => shown === '' || issued.has(shown));
  },
  defaultQuery: welcome.query,
  defaultHeaders: welcome.headers,
  ...(linked && { defaultTabs: [linked, welcome] }),
  defaultEditorToolsVisibility: 'variables',
  isHeadersEditorEnabled: true,
  shouldPersistHeaders: false,
  showPersistHeadersSettings: false,
  inputValueDeprecation: true,
  storage,
};

const root = ReactDOM.createRoot(document.getElementById('explorer'));
const show = (headers) => root.render(React.createElement(GraphiQL, { ...settings, headers }, logo));
show();

/** Shows it in the tab that is open, and in new ones. GraphiQL takes headers when they change, and people change them too. */
function showToken(mayReplace) {
  const text = withToken(headersText, mayReplace);
  settings.defaultHeaders = withToken(welcome.headers, () => true);
  if (text === headersText) return;
  show();
  setTimeout(() => show(text));
}
`;
