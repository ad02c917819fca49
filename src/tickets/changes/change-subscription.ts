import { type Viewer } from '../../accounts/viewer.js';
import { type TicketFilter } from '../ticket.inputs.js';
import { type ChangeFeed } from './change-feed.js';
import { ChangeGroup } from './change-group.js';
import { type VisibleChange } from './change-log.reader.js';
import { type ChangePosition } from './change-position.js';
import { comparePositions } from './compare-positions.js';
import { type LiveChanges, type LiveListener } from './live-changes.js';

/** Changes that wait for a client. When there are more it goes back to reading the log, at its own pace. */
const MAX_QUEUED = 1_000;
/** Changes that are read at once from the log. */
const PAGE = 100;
/** Changes of a page whose tickets are read at once. */
const MAX_GROUP = 20;
/** A client for which changes have been waiting for this time does not read. */
const MAX_UNREAD_MS = 15_000;

/** A change for a message; of a group where many are read at once. */
export type LiveChange = VisibleChange & { readonly group?: ChangeGroup };

/** What a subscription tells: a change, or that everything up to a position has been told. */
export type LiveMessage = LiveChange | { readonly caughtUpAt: ChangePosition };

export interface SubscriptionParts {
  readonly live: LiveChanges;
  readonly feed: ChangeFeed;
  readonly filter: TicketFilter | null;
  /** As of now: rights may change. */
  readonly viewer: () => Viewer;
  /** Closes the connection of a client that does not read. */
  readonly cutClient: () => void;
  /** Where to go on; from now on without it. */
  readonly since: ChangePosition | null;
}

/**
 * The messages of one subscription: what happened since its cursor, read from the log page by page as the client takes it, then
 * what happens. It listens before it reads the last page, so that nothing is lost in between.
 */
export class ChangeSubscription implements AsyncIterableIterator<LiveMessage>, LiveListener {
  readonly audience: string;
  readonly filter: TicketFilter | null;
  readonly #parts: SubscriptionParts;
  /** Up to here everything was taken, or is in `#read`. */
  #position: ChangePosition | null;
  /** Read from the log, and not taken yet. */
  #read: LiveMessage[] = [];
  /** Where live changes begin, while the log is read up to there. */
  #liveFrom: ChangePosition | null = null;
  /** Told live, and not taken yet. */
  #queue: VisibleChange[] = [];
  #isListening = false;
  #isEnded = false;
  #failure: Error | undefined;
  /** Wakes a `next` that waits. */
  #wake: (() => void) | undefined;
  /** Whether the client has taken what it was given, and waits for the next message. */
  #isNextPending = false;
  #givenAt = performance.now();

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
    this.#position = parts.since;
    this.filter = parts.filter;
    this.audience = JSON.stringify([parts.viewer().sessionId, parts.filter]);
  }

  get viewer(): Viewer {
    return this.#parts.viewer();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<LiveMessage, undefined>> {
    this.#isNextPending = true;
    try {
      return await this.#next();
    } finally {
      this.#isNextPending = false;
      this.#givenAt = performance.now();
    }
  }

  async #next(): Promise<IteratorResult<LiveMessage, undefined>> {
    const isEnded = () => this.#isEnded;
    while (!isEnded()) {
      if (this.#failure) throw this.#failure;
      const message = this.#read.shift() ?? this.#takeLive();
      if (message) return { done: false, value: message };
      if (!this.#isListening) await this.#listen();
      else if (this.#liveFrom) await this.#readPage(this.#liveFrom);
      else await this.#arrival();
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#isEnded = true;
    this.#leave();
    this.#read = [];
    this.#wake?.();
    return { done: true, value: undefined };
  }

  notify(change: VisibleChange): void {
    if (!this.#isNextPending && this.#queue.length > 0 && performance.now() - this.#givenAt > MAX_UNREAD_MS) {
      this.#leave();
      this.#parts.cutClient();
    } else if (this.#queue.length === MAX_QUEUED) {
      // Its `next` reads the log again from the last change that it took.
      this.#leave();
    } else {
      this.#queue.push(change);
      this.#wake?.();
    }
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wake?.();
  }

  #takeLive(): LiveMessage | undefined {
    if (this.#liveFrom) return undefined;
    const change = this.#queue.shift();
    if (change) this.#position = change.position;
    return change;
  }

  async #listen(): Promise<void> {
    this.#isListening = true;
    const from = await this.#parts.live.join(this);
    if (this.#isEnded) {
      this.#leave();
    } else if (this.#position && comparePositions(this.#position, from) < 0) {
      this.#liveFrom = from;
    } else {
      this.#position ??= from;
      this.#read.push({ caughtUpAt: this.#position });
    }
  }

  async #readPage(end: ChangePosition): Promise<void> {
    const { viewer, filter } = this;
    const { feed } = this.#parts;
    const after = this.#position ?? end;
    const page = await feed.page({ viewer, filter }, after, end, PAGE);
    // After the reading, as the database may have been restored since the cursor was looked up.
    await feed.confirm(after);
    this.#position = page.position;
    this.#read.push(...grouped(page.changes));
    if (page.hasMore) return;
    this.#liveFrom = null;
    this.#read.push({ caughtUpAt: page.position });
  }

  async #arrival(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  #leave(): void {
    this.#parts.live.leave(this);
    this.#isListening = false;
    this.#liveFrom = null;
    this.#queue = [];
  }
}

function grouped(changes: readonly VisibleChange[]): LiveChange[] {
  const all: LiveChange[] = [];
  for (let place = 0; place < changes.length; place += MAX_GROUP) {
    const group = new ChangeGroup(changes.slice(place, place + MAX_GROUP));
    for (const change of group.changes) all.push({ ...change, group });
  }
  return all;
}
