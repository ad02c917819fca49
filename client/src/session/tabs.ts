import { pause } from '../pause.js';

/** Tokens as one tab tells them to the others. */
export interface SharedTokens {
  readonly accessToken: string;
  /** Seconds from the sending of the message. */
  readonly expiresIn: number;
  readonly userId: string;
}

export type TabMessage = { readonly type: 'tokens'; readonly tokens: SharedTokens } | { readonly type: 'signedOut' };

/** The other tabs of the same origin. */
export interface Tabs {
  send(message: TabMessage): void;
  /** Runs an action in one tab at a time. A tab that has to wait first hears what the tab before it sends. */
  alone<Value>(action: () => Promise<Value>): Promise<Value>;
  close(): void;
}

/** Messages and locks travel separately: what the tab before sent may come after its lock. It sends nothing when it failed. */
const MAX_DELAY_MS = 1_000;

/** Null where the browser has no channels, or denies them. */
function openChannel(name: string): BroadcastChannel | null {
  try {
    return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name);
  } catch {
    return null;
  }
}

/**
 * Tabs that share a session by its cookie; where the browser has no channels or locks, or denies them, as it does to sites that
 * may not store anything, each tab goes on by itself.
 */
export function openTabs(name: string, onMessage: (message: TabMessage) => void): Tabs {
  const channel = openChannel(name);
  channel?.addEventListener('message', (event: MessageEvent<TabMessage>) => onMessage(event.data));
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  const hasLocks = locks?.query().then(
    () => true,
    () => false,
  );
  return {
    send: (message) => channel?.postMessage(message),
    alone: async (action) => {
      if (!channel || !locks || !(await hasLocks)) return action();
      const listening = new AbortController();
      const heard = new Promise((resolve) => {
        channel.addEventListener('message', resolve, { once: true, signal: listening.signal });
      });
      try {
        const first = await locks.request(
          name,
          { ifAvailable: true },
          async (lock) => lock && { value: await action() },
        );
        if (first) return first.value;
        return await locks.request(name, async () => {
          await Promise.race([heard, pause(MAX_DELAY_MS)]);
          return action();
        });
      } finally {
        listening.abort();
      }
    },
    close: () => channel?.close(),
  };
}

/** For a session in memory: it is this tab's alone. */
export const NO_TABS: Tabs = {
  send: () => {},
  alone: async (action) => action(),
  close: () => {},
};
