import { type Logger } from 'pino';
import { type Clock } from '../../common/clock.js';
import { type Viewer } from '../viewer.js';
import { type ViewerCache } from '../viewer-cache.js';
import { type VerifiedToken } from './access-token.js';

/** How often the viewers of open connections are read again, all in one statement. */
const LOOK_EVERY_MS = 2_000;
/** Nothing is delivered to a viewer who was read longer ago: five seconds are promised, and delivery takes time. */
const MAX_AGE_MS = 4_000;

/** Why a connection that a good token opened gets nothing any more. */
export type ConnectionEnd = 'EXPIRED' | 'REVOKED';

/** What a connection does when something about its viewer changes. */
export interface ViewerListener {
  ended(reason: ConnectionEnd): void;
  /** The viewer may see or do other things than before. */
  rightsChanged(): void;
}

/** The viewer of a connection that stays open for longer than a request. */
export interface LiveViewer {
  readonly token: VerifiedToken;
  readonly listener: ViewerListener;
  /** As of the last look. */
  viewer: Viewer;
  /** By performance.now(), before the statement that read it. */
  readAt: number;
}

export function haveEqualRights(one: Viewer, other: Viewer): boolean {
  return JSON.stringify([one.role, one.permissions]) === JSON.stringify([other.role, other.permissions]);
}

/**
 * The viewers of open connections: ended sessions, deleted accounts, changed rights and expired tokens take effect within
 * five seconds (docs/behaviour.md, "Live"), and those that this process changes itself at once.
 */
export class LiveViewers {
  readonly #viewers: ViewerCache;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #open = new Set<LiveViewer>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** When this process changed viewers last, by performance.now(). */
  #changedAt = 0;

  constructor({ viewers, clock, logger }: { viewers: ViewerCache; clock: Clock; logger: Logger }) {
    this.#viewers = viewers;
    this.#clock = clock;
    this.#logger = logger;
    viewers.whenForgotten(() => {
      this.#changedAt = performance.now();
      this.#lookInBackground();
    });
  }

  /** Null when the session has ended. To be closed with the connection. */
  async open(token: VerifiedToken, listener: ViewerListener): Promise<LiveViewer | null> {
    const readAt = performance.now();
    const viewer = (await this.#viewers.readAll([token])).get(token.sessionId);
    if (!viewer) return null;
    const live = { token, listener, viewer, readAt };
    this.#open.add(live);
    this.#timer ??= setInterval(() => this.#lookInBackground(), LOOK_EVERY_MS).unref();
    return live;
  }

  close(live: LiveViewer): void {
    this.#open.delete(live);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /**
   * To be called before each delivery: tells the listener of an expired token, and reads the viewer again if that was long ago.
   * @throws when it cannot be read
   */
  async refresh(live: LiveViewer): Promise<void> {
    if (this.#endExpired(live)) return;
    while (this.#open.has(live) && this.#isOld(live)) await this.#look();
  }

  #isOld({ readAt }: LiveViewer): boolean {
    return readAt <= this.#changedAt || performance.now() - readAt > MAX_AGE_MS;
  }

  #lookInBackground(): void {
    if (this.#open.size === 0) return;
    this.#look().catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'The viewers of open subscriptions could not be read');
    });
  }

  /** One look at a time; another one follows if this process changed viewers meanwhile. */
  async #look(): Promise<void> {
    const begun = performance.now();
    this.#looking ??= this.#readOpen().finally(() => {
      this.#looking = undefined;
      if (begun <= this.#changedAt) this.#lookInBackground();
    });
    return this.#looking;
  }

  async #readOpen(): Promise<void> {
    const asked = [...this.#open];
    const readAt = performance.now();
    const viewers = await this.#viewers.readAll(asked.map(({ token }) => token));
    for (const live of asked) {
      // One that was closed meanwhile, or has been told.
      if (!this.#open.has(live) || this.#endExpired(live)) continue;
      const viewer = viewers.get(live.token.sessionId);
      if (!viewer) {
        this.close(live);
        live.listener.ended('REVOKED');
        continue;
      }
      const isChanged = !haveEqualRights(live.viewer, viewer);
      live.viewer = viewer;
      live.readAt = readAt;
      if (isChanged) live.listener.rightsChanged();
    }
  }

  #endExpired(live: LiveViewer): boolean {
    if (this.#clock.now().getTime() < live.token.until) return false;
    if (this.#open.has(live)) {
      this.close(live);
      live.listener.ended('EXPIRED');
    }
    return true;
  }
}
