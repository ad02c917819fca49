import { type Client, CloseCode, createClient } from 'graphql-ws';
import { type TicketFilter } from '../generated/graphql.js';
import { pause } from '../pause.js';
import { type Session } from '../session/session.js';
import { KnownCursors } from './known-cursors.js';

/** What every message of `Subscription.ticketChanges` has; a document may ask for more. */
export interface ChangeMessage {
  readonly __typename: string;
  readonly cursor: string;
}

export interface FollowOptions<Message extends ChangeMessage> {
  /** A subscription with the variables $filter and $since, and `__typename cursor` in `ticketChanges`. */
  readonly query: string;
  /** Which tickets; no `search` in it. */
  readonly filter?: TicketFilter | undefined;
  /** Where a list was read: `changeCursor` of the same answer. Left out: from now on. */
  readonly since?: string | undefined;
  /** Each change once, in order. */
  readonly onChange: (message: Message) => void;
  /**
   * What was told before may be incomplete: the list is to be read again. That is so when the following begins without
   * `since`, after a week without a connection, and when the rights of the person changed.
   */
  readonly onReload: () => void;
}

export interface Changes {
  /** Follows until the session is over. Returns a function that stops before. */
  follow<Message extends ChangeMessage>(options: FollowOptions<Message>): () => void;
  close(): void;
}

/** After these the cursor is no good, and the list neither. */
const RELOAD_REASONS = new Set(['CURSOR_EXPIRED', 'CURSOR_INVALID', 'RIGHTS_CHANGED']);

const TOKEN_REFUSED: ReadonlySet<number> = new Set([CloseCode.Unauthorized, CloseCode.Forbidden]);

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/** Half to all of a pause that doubles: tabs that lost a server together do not come back together. */
async function pauseAfter(tries: number): Promise<void> {
  const longest = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
  await pause(longest * (0.5 + Math.random() / 2));
}

function reasonOf(error: unknown): string | null {
  if (!Array.isArray(error)) return null;
  const first: unknown = error[0];
  if (typeof first !== 'object' || first === null || !('extensions' in first)) return null;
  const { extensions } = first;
  if (typeof extensions !== 'object' || extensions === null || !('reason' in extensions)) return null;
  return typeof extensions.reason === 'string' ? extensions.reason : null;
}

/**
 * Follows changes of tickets over one WebSocket, as long as somebody follows. A connection that was lost comes back with the
 * cursor of the last message, so nothing is missed; what was told already is left out.
 * @param onLost is told when a connection broke: the server may be away
 */
export function createChanges(session: Session, endpoint: string, onLost?: () => void): Changes {
  let tries = 0;
  let used: string | null = null;
  let closed = false;
  const client: Client = createClient({
    url: endpoint.replace(/^http/, 'ws'),
    lazy: true,
    connectionParams: async () => {
      used = await session.accessToken();
      return { authorization: `Bearer ${used}` };
    },
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: async () => pauseAfter((tries += 1)),
    // Also when the server is away, or says that the token is no good any more: the next attempt has another one.
    shouldRetry: () => session.state.status === 'signedIn',
    on: {
      connected: () => {
        tries = 0;
      },
      // The token was not good (any more). When the session is over, this is how it is noticed.
      closed: (event) => {
        const refused = event instanceof CloseEvent && TOKEN_REFUSED.has(event.code);
        if (refused && used !== null) session.renew(used).catch(() => undefined);
        else if (!(event instanceof CloseEvent && event.wasClean)) onLost?.();
      },
    },
  });

  return {
    follow<Message extends ChangeMessage>({ query, filter, since, onChange, onReload }: FollowOptions<Message>) {
      const known = new KnownCursors();
      let cursor = since;
      let stopped = false;
      let stop: (() => void) | undefined;
      const beginLater = async () => {
        await pauseAfter((tries += 1));
        begin();
      };
      const begin = () => {
        if (stopped || closed || session.state.status === 'signedOut') return;
        stop = client.subscribe<{ ticketChanges: Message }>(
          {
            query,
            // Read again at each connection.
            variables: {
              filter,
              get since() {
                return cursor;
              },
            },
          },
          {
            next: ({ data }) => {
              if (!data) return;
              const message = data.ticketChanges;
              const begins = cursor === undefined;
              cursor = message.cursor;
              if (message.__typename === 'CaughtUp') {
                if (begins) onReload();
              } else if (known.add(message.cursor)) {
                onChange(message);
              }
            },
            error: (error) => {
              const reason = reasonOf(error);
              if (reason !== null && RELOAD_REASONS.has(reason)) {
                cursor = undefined;
                begin();
                return;
              }
              void beginLater();
            },
            complete: () => {
              if (!stopped && !closed) void beginLater();
            },
          },
        );
      };
      begin();
      return () => {
        stopped = true;
        stop?.();
      };
    },
    close() {
      closed = true;
      void client.dispose();
    },
  };
}
