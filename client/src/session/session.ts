import {
  RefreshSessionDocument,
  RequestPasswordResetDocument,
  SignInDocument,
  SignOutDocument,
  SignUpDocument,
  type SignUpInput,
  type TokensFragment,
} from '../generated/graphql.js';
import { request } from '../request.js';
import { type Result, resultOf } from '../result.js';
import { NO_TABS, openTabs, type SharedTokens, type TabMessage } from './tabs.js';

export type SessionState =
  /** Not asked yet, or not answered. */
  | { readonly status: 'unknown' }
  /** `ended`: it was signed in, and the session is over. */
  | { readonly status: 'signedOut'; readonly ended: boolean }
  | { readonly status: 'signedIn'; readonly userId: string };

export interface SessionOptions {
  /** The API's absolute URL. */
  readonly endpoint: string;
  /** `cookie`: survives a reload, and is shared by all tabs of the origin. `memory`: ends with the page. */
  readonly keep?: 'cookie' | 'memory';
  readonly fetch?: typeof fetch;
  /** Milliseconds by a clock that nobody sets; performance.now by default. */
  readonly now?: () => number;
}

export interface Session {
  readonly state: SessionState;
  subscribe: (listener: () => void) => () => void;
  /** Goes on with the session of the cookie, if there is one. Throws UnreachableError, and may be called again. */
  resume(): Promise<SessionState>;
  signIn(login: string, password: string): Promise<Result<string>>;
  signUp(input: Omit<SignUpInput, 'cookie'>): Promise<Result<string>>;
  requestPasswordReset(email: string): Promise<Result<true>>;
  /** Forgets the session here and in the other tabs, and ends it on the server if that can be reached. */
  signOut(): Promise<void>;
  /** One that is valid for a while yet; null when signed out. Throws UnreachableError and RequestError. */
  accessToken(): Promise<string | null>;
  /** The same after the server refused a token: another one, unless there is one already. */
  renew(refused: string): Promise<string | null>;
  close(): void;
}

interface Tokens {
  readonly accessToken: string;
  /** By `now`. */
  readonly renewAt: number;
}

/** How long before it expires a token is renewed: a request may be under way for that time. At most half of its life. */
const MARGIN_MS = 20_000;

const CHANNEL = 'docket-session';

/** A session with the API. Its tokens are renewed by one tab for all, and never by the clock of the machine. */
export function createSession(options: SessionOptions): Session {
  const { endpoint, keep = 'cookie', now = () => performance.now() } = options;
  const transport = { endpoint, fetch: options.fetch ?? globalThis.fetch.bind(globalThis) };
  const cookie = keep === 'cookie';
  const listeners = new Set<() => void>();
  const tabs = cookie ? openTabs(`${CHANNEL} ${endpoint}`, hear) : NO_TABS;
  let state: SessionState = { status: 'unknown' };
  let tokens: Tokens | null = null;
  let refreshToken: string | null = null;
  let renewing: Promise<string | null> | null = null;

  function become(next: SessionState): void {
    const same = next.status === 'signedIn' && state.status === 'signedIn' && next.userId === state.userId;
    if (same) return;
    state = next;
    for (const listener of listeners) listener();
  }

  const isSignedOut = () => state.status === 'signedOut';

  function take({ accessToken, expiresIn, userId }: SharedTokens): void {
    const lifeMs = expiresIn * 1000;
    tokens = { accessToken, renewAt: now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 2) };
    become({ status: 'signedIn', userId });
  }

  function forget(): void {
    const ended = state.status === 'signedIn';
    tokens = null;
    refreshToken = null;
    become({ status: 'signedOut', ended });
  }

  function hear(message: TabMessage): void {
    if (message.type === 'tokens') take(message.tokens);
    else forget();
  }

  function accept(payload: TokensFragment): Result<string> {
    const result = resultOf(payload, ({ accessToken, accessTokenExpiresIn, user }) =>
      accessToken !== null && accessTokenExpiresIn !== null && user !== null
        ? { accessToken, expiresIn: accessTokenExpiresIn, userId: user.id }
        : null,
    );
    if (!result.ok) return result;
    refreshToken = payload.refreshToken;
    take(result.value);
    tabs.send({ type: 'tokens', tokens: result.value });
    return { ok: true, value: result.value.accessToken };
  }

  /** Null when the session is over. */
  async function refresh(than: Tokens | null): Promise<string | null> {
    return tabs.alone(async () => {
      // Another tab was first, or somebody signed out.
      const isSettled = () => tokens !== than || isSignedOut();
      if (isSettled()) return tokens?.accessToken ?? null;
      if (!cookie && refreshToken === null) return null;
      const input = cookie ? undefined : { refreshToken };
      const { refreshSession } = await request(transport, RefreshSessionDocument, { input });
      if (isSettled()) return tokens?.accessToken ?? null;
      const result = accept(refreshSession);
      if (result.ok) return result.value;
      forget();
      return null;
    });
  }

  async function renewOnce(): Promise<string | null> {
    renewing ??= refresh(tokens).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async resume() {
      if (state.status === 'unknown' && (await renewOnce()) === null) forget();
      return state;
    },
    async signIn(login, password) {
      const { signIn } = await request(transport, SignInDocument, { input: { login, password, cookie } });
      return accept(signIn);
    },
    async signUp(input) {
      const { signUp } = await request(transport, SignUpDocument, { input: { ...input, cookie } });
      return accept(signUp);
    },
    async requestPasswordReset(email) {
      const { requestPasswordReset } = await request(transport, RequestPasswordResetDocument, { input: { email } });
      return resultOf(requestPasswordReset, () => true);
    },
    async signOut() {
      const accessToken = tokens?.accessToken;
      forget();
      become({ status: 'signedOut', ended: false });
      tabs.send({ type: 'signedOut' });
      // The cookie ends the session too where the access token has expired.
      await request({ ...transport, accessToken }, SignOutDocument, {}).catch(() => undefined);
    },
    async accessToken() {
      if (tokens && now() < tokens.renewAt) return tokens.accessToken;
      return isSignedOut() ? null : renewOnce();
    },
    async renew(refused) {
      if (tokens && tokens.accessToken !== refused) return tokens.accessToken;
      return isSignedOut() ? null : renewOnce();
    },
    close: () => tabs.close(),
  };
}
