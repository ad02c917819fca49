/** Tokens as one tab tells them to the others. */
export interface SharedTokens {
  readonly accessToken: string;
  /** Seconds from the sending of the message. */
  readonly expiresIn: number;
  readonly userId: string;
}

export type TabMessage =
  | { readonly type: 'tokens'; readonly tokens: SharedTokens }
  /** This tab renewed nothing, and asks what the others have. */
  | { readonly type: 'signedOut' };

/** The other tabs of the same origin. */
export interface Tabs {
  send(message: TabMessage): void;
  /** Runs an action in one tab at a time. */
  alone<Value>(action: () => Promise<Value>): Promise<Value>;
  close(): void;
}

/** Tabs that share a session by its cookie; where the browser has no channels or locks each tab goes on by itself. */
export function openTabs(name: string, onMessage: (message: TabMessage) => void): Tabs {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name);
  channel?.addEventListener('message', (event: MessageEvent<TabMessage>) => onMessage(event.data));
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  return {
    send: (message) => channel?.postMessage(message),
    alone: async (action) => (locks ? await locks.request(name, action) : action()),
    close: () => channel?.close(),
  };
}

/** For a session in memory: it is this tab's alone. */
export const NO_TABS: Tabs = {
  send: () => {},
  alone: async (action) => action(),
  close: () => {},
};
