import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Logger } from 'pino';
import { type Viewer } from '../../accounts/viewer.js';
import { type SubscriptionMetrics } from '../../observability/subscription-metrics.js';
import { runOutsideScope } from '../../observability/scope.js';
import { type TicketFilter } from '../ticket.inputs.js';
import { type ChangeSubscriber } from './audience.js';
import { ChangeCursorError } from './change-cursor.error.js';
import { type ChangeLogReader, type VisibleChange } from './change-log.reader.js';
import { type ChangePosition } from './change-position.js';
import { comparePositions, isSamePosition } from './compare-positions.js';

/** Entries that are told at once: clients are served between two batches. */
const MAX_LIVE_BATCH = 200;
/** How soon changes that wait for a transaction that still runs are looked for again. */
const WAITING_LOOK_MS = 25;

const MICROSECONDS = 1e6;

/** Tells when there may be something new in the log, at the latest after two seconds. */
export interface ChangeSignal {
  /** Gives how to end it. */
  subscribe(listener: () => void): () => void;
}

/** A subscription that is told of changes as they happen. */
export interface LiveListener extends ChangeSubscriber {
  /** Equal for listeners who are told the same: those of one session with equal filters. */
  readonly audience: string;
  notify(change: VisibleChange): void;
  /** Ends it, as nothing more can be told. Called instead of `leave`. */
  fail(error: Error): void;
}

/** Listeners who are told the same. */
class Audience implements ChangeSubscriber {
  /** With the position up to which each has been told by other means. */
  readonly members = new Map<LiveListener, ChangePosition>();

  constructor(readonly filter: TicketFilter | null) {}

  get viewer(): Viewer {
    const [first] = this.members.keys();
    if (!first) throw new Error('An audience without members');
    return first.viewer;
  }
}

interface Joining {
  readonly listener: LiveListener;
  readonly end: ChangePosition;
  readonly resolve: (position: ChangePosition) => void;
}

interface LiveChangesParts {
  readonly reader: ChangeLogReader;
  readonly signal: ChangeSignal;
  readonly metrics: SubscriptionMetrics;
  readonly logger: Logger;
}

/**
 * Reads the log of changes as it grows, once for all subscriptions of the process, and tells each what is for it. Access is
 * asked for all of them in one statement a batch.
 */
export class LiveChanges {
  readonly #parts: LiveChangesParts;
  readonly #audiences = new Map<string, Audience>();
  readonly #joining: Joining[] = [];
  /** Up to here everything has been told; undefined while nobody listens. */
  #position: ChangePosition | undefined;
  #isReading = false;
  #hasNews = false;
  #unwatch: (() => void) | undefined;
  #waiting: NodeJS.Timeout | undefined;

  constructor(parts: LiveChangesParts) {
    this.#parts = parts;
  }

  /** Begins to notify a listener of changes. Gives the position from which on it is notified. */
  async join(listener: LiveListener): Promise<ChangePosition> {
    const { position: end } = await this.#parts.reader.end();
    return new Promise((resolve) => {
      this.#joining.push({ listener, end, resolve });
      // Not while a batch is read, which would be told to those only who were there at its beginning.
      if (!this.#isReading) this.#admit();
    });
  }

  /** Tells a listener nothing more. */
  leave(listener: LiveListener): void {
    const audience = this.#audiences.get(listener.audience);
    audience?.members.delete(listener);
    if (audience?.members.size === 0) this.#audiences.delete(listener.audience);
    if (this.#audiences.size === 0) this.#stop();
  }

  #admit(): void {
    for (const { listener, end, resolve } of this.#joining.splice(0)) {
      this.#position ??= end;
      const audience = this.#audiences.get(listener.audience) ?? new Audience(listener.filter);
      this.#audiences.set(listener.audience, audience);
      const from = comparePositions(end, this.#position) > 0 ? end : this.#position;
      audience.members.set(listener, from);
      resolve(from);
    }
    if (this.#audiences.size > 0) this.#unwatch ??= this.#parts.signal.subscribe(() => this.#look());
  }

  #stop(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    clearTimeout(this.#waiting);
    this.#position = undefined;
  }

  /** One reading at a time; what came meanwhile is read after it. */
  #look(): void {
    this.#hasNews = true;
    if (this.#isReading) return;
    this.#isReading = true;
    clearTimeout(this.#waiting);
    runOutsideScope(() => {
      this.#readAll()
        .catch((error: unknown) => {
          this.#parts.logger.warn({ err: error }, 'The log of changes could not be read; it will be tried again');
        })
        .finally(() => {
          this.#isReading = false;
          this.#admit();
          if (this.#hasNews) this.#look();
        });
    });
  }

  async #readAll(): Promise<void> {
    const { reader } = this.#parts;
    this.#hasNews = false;
    const { position: end, isWaiting } = await reader.end();
    for (;;) {
      this.#admit();
      const after = this.#position;
      if (after === undefined || isSamePosition(after, end)) break;
      const { changes, position, hasMore } = await reader.read(
        [...this.#audiences.values()],
        after,
        end,
        MAX_LIVE_BATCH,
      );
      // Asked after the reading, as what was read may be of another log.
      if (!(await reader.has(after))) {
        this.#failAll(new ChangeCursorError('CURSOR_INVALID'));
        break;
      }
      for (const [audience, seen] of changes) this.#notify(audience, seen);
      // All may have left meanwhile.
      if (this.#position) this.#position = position;
      if (!hasMore) break;
      await nextTurn();
    }
    if (isWaiting && this.#position) this.#waiting = setTimeout(() => this.#look(), WAITING_LOOK_MS).unref();
  }

  /** For a log that is another one than before: the database was restored, or has lost commits in a failover. */
  #failAll(error: Error): void {
    const listeners = [...this.#audiences.values()].flatMap(({ members }) => Array.from(members.keys()));
    for (const listener of listeners) {
      this.leave(listener);
      listener.fail(error);
    }
  }

  #notify({ members }: Audience, changes: readonly VisibleChange[]): void {
    const now = Date.now() / 1000;
    for (const change of changes) {
      this.#parts.metrics.lagged(Math.max(0, now - Number(change.position.writtenAt) / MICROSECONDS));
      for (const [listener, from] of members) if (comparePositions(change.position, from) > 0) listener.notify(change);
    }
  }
}
