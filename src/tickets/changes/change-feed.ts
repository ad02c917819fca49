import { type Viewer } from '../../accounts/viewer.js';
import { type ChangeCursors } from './change-cursor.js';
import { ChangeCursorError } from './change-cursor.error.js';
import { type ChangeLogEnd, type ChangeLogReader, MAX_BATCH, type VisibleChange } from './change-log.reader.js';
import { type ChangePosition } from './change-position.js';
import { type ChangeSubscriber } from './audience.js';

/** Maximum number of entries that one page of changes reads. Few of them may be for the viewer. */
const MAX_READ = 10 * MAX_BATCH;

/** Some changes, in order, and where to go on. */
export interface ChangePage {
  readonly changes: readonly VisibleChange[];
  readonly position: ChangePosition;
  readonly hasMore: boolean;
}

/** What happened since a cursor, for queries and for subscriptions that catch up. */
export class ChangeFeed {
  readonly #reader: ChangeLogReader;
  readonly #cursors: ChangeCursors;

  constructor(reader: ChangeLogReader, cursors: ChangeCursors) {
    this.#reader = reader;
    this.#cursors = cursors;
  }

  /** To be asked before the data that shall not be older. */
  async end(): Promise<ChangeLogEnd> {
    return this.#reader.end();
  }

  cursor(viewer: Viewer, position: ChangePosition): string {
    return this.#cursors.seal(viewer, position);
  }

  /**
   * The position in a viewer's cursor.
   * @throws ChangeCursorError when changes cannot be told from there on
   */
  async resume(viewer: Viewer, cursor: string): Promise<ChangePosition> {
    const position = this.#cursors.open(viewer, cursor);
    await this.confirm(position);
    return position;
  }

  /**
   * The entry that a cursor names is kept for as long as the cursor can be used.
   * @throws CURSOR_INVALID when the log does not have it: it is that of another database, such as a restored backup
   */
  async confirm(position: ChangePosition): Promise<void> {
    if (!(await this.#reader.has(position))) throw new ChangeCursorError('CURSOR_INVALID');
  }

  /** @throws what lists throw for a filter; BAD_USER_INPUT for one with `search` */
  async check(subscriber: ChangeSubscriber): Promise<void> {
    return this.#reader.check(subscriber);
  }

  /** The next changes, at most `first`; fewer, or none, with more to come when little of the log is for the viewer. */
  async page(
    subscriber: ChangeSubscriber,
    after: ChangePosition,
    end: ChangePosition,
    first: number,
  ): Promise<ChangePage> {
    const changes: VisibleChange[] = [];
    let position = after;
    let hasMore = true;
    for (let read = 0; read < MAX_READ && hasMore && changes.length < first; read += MAX_BATCH) {
      const batch = await this.#reader.read([subscriber], position, end);
      changes.push(...(batch.changes.get(subscriber) ?? []));
      ({ position, hasMore } = batch);
    }
    const [last] = changes.slice(first - 1, first);
    if (last === undefined || changes.length === first) return { changes, position, hasMore };
    return { changes: changes.slice(0, first), position: last.position, hasMore: true };
  }
}
