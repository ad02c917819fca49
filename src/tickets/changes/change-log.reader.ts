import { type RawBuilder, sql } from 'kysely';
import { type Db } from '../../database/db.js';
import { sqlName, type TicketColumn } from '../ticket.fields.js';
import { type Audience, audienceOf, type ChangeSubscriber } from './audience.js';
import { TicketChangeKind } from './change-kind.js';
import { type ChangePosition, orderColumns, orderValues, positionColumns } from './change-position.js';
import { comparePositions } from './compare-positions.js';

/** Where the log ends just now. */
export interface ChangeLogEnd {
  /** The newest final entry: what was changed up to it is in everything that is read later. */
  readonly position: ChangePosition;
  /** Whether newer entries wait for a transaction that still runs: they become final without another change. */
  readonly isWaiting: boolean;
}

/** One change, as one subscriber may know of it. */
export interface VisibleChange {
  readonly position: ChangePosition;
  readonly kind: TicketChangeKind;
  readonly ticketId: string;
  /** Whether it is in the list as a deleted ticket. */
  readonly isDeleted: boolean;
  /** What happened; null for changed and deleted comments. Whether the viewer may see it is asked when it is loaded. */
  readonly eventId: string | null;
}

/** The changes that a part of the log holds for subscribers. */
export interface ChangeBatch<Subscriber> {
  /** In the order of the log, for those who see any. */
  readonly changes: ReadonlyMap<Subscriber, readonly VisibleChange[]>;
  /** Where to go on: up to here everything was read. */
  readonly position: ChangePosition;
  /** Whether there is more before the end that was given. */
  readonly hasMore: boolean;
}

/** Maximum number of entries that one statement reads. */
export const MAX_BATCH = 1000;

/** Of the filters that one statement asks: PostgreSQL takes 65,535 parameters, and these are besides those of the range. */
const MAX_PARAMETERS = 60_000;

/** What an entry holds of its ticket before the change, so that filters and access can be asked of it. */
const LOGGED: readonly TicketColumn[] = [
  'createdById',
  'type',
  'priority',
  'status',
  'productId',
  'assignedToId',
  'duplicateOfId',
  'updatedAt',
  'closedAt',
  'deletedAt',
  'lastActivityAt',
  'lastInternalActivityAt',
];
/** What never changes is taken from the ticket. */
const CONSTANT: readonly TicketColumn[] = ['number', 'createdAt'];

/** The ticket before the entry `e`, with the columns of the ticket table. */
const BEFORE = sql`(select ${sql.join([
  sql`e.ticket_id as id`,
  ...LOGGED.map((column) => sql.ref(`e.${sqlName(column)}`)),
  ...CONSTANT.map((column) => sql.ref(`t.${sqlName(column)}`)),
])}) o`;

/** The event that the transaction of the entry `e` wrote with it. */
const EVENT = sql`(
  select v.id from ticket_event v
  where v.ticket_id = e.ticket_id and v.xmin = e.written_by and v.comment_id is not distinct from e.comment_id limit 1
) `;

/** Keeps the planner from merging the filter of a single subscriber into the WHERE clause, where it looks for indexes for each part. */
const AS_IT_STANDS = sql`offset 0`;

type FoundChange = ChangePosition & {
  readonly ticketId: string;
  readonly eventId: string | null;
  readonly place: number;
  readonly before: boolean;
  readonly now: boolean;
  readonly isDeleted: boolean;
};

function kindOf({ before, now }: FoundChange): TicketChangeKind {
  if (!now) return TicketChangeKind.VANISHED;
  return before ? TicketChangeKind.CHANGED : TicketChangeKind.APPEARED;
}

function positionOf({ horizon, id, writtenAt }: ChangePosition): ChangePosition {
  return { horizon, id, writtenAt };
}

/**
 * Reads the log of changes (docs/behaviour.md, "Changes"). Whether a change is told, and how, depends on the ticket before
 * it, which the entry holds, and on the ticket as it is now: what happened in between is told by later entries.
 */
export class ChangeLogReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * The newest entry that is final: transactions that still run write none before it. Late by at most the longest running
   * transaction that changes tickets or comments. To be read on the primary, before the data that shall not be older.
   */
  async end(): Promise<ChangeLogEnd> {
    const [row] = await this.#db.pipelined(sql<ChangePosition & { isWaiting: boolean }>`
      select ${positionColumns('e')}, e.is_waiting as "isWaiting" from change_log_end() e`);
    if (row?.horizon == null) throw new Error('The log of changes is empty: not even its beginning is there');
    return { position: positionOf(row), isWaiting: row.isWaiting };
  }

  /** @throws for a filter by which changes cannot be read */
  async check(subscriber: ChangeSubscriber): Promise<void> {
    await audienceOf(this.#db, subscriber);
  }

  /** Whether the log has this entry. */
  async has(position: ChangePosition): Promise<boolean> {
    const rows = await this.#db.pipelined(sql<ChangePosition>`
      select ${positionColumns('e')} from ticket_change e where (${orderColumns('e')}) = ${orderValues(position)}`);
    return rows[0]?.writtenAt === position.writtenAt;
  }

  /**
   * What up to `most` entries after a position mean for many subscribers: two statements for all of them, more only where
   * their filters have more parameters than one takes.
   * @param end where to stop, as `end` gave it before
   */
  async read<Subscriber extends ChangeSubscriber>(
    subscribers: readonly Subscriber[],
    after: ChangePosition,
    end: ChangePosition,
    most = MAX_BATCH,
  ): Promise<ChangeBatch<Subscriber>> {
    // Filters are checked also where there is nothing to read.
    const { audiences, members } = await this.#audiencesOf(subscribers);
    // An end that is read later may lie before another one, when a transaction with a lower number writes by then.
    if (comparePositions(after, end) >= 0) return { changes: new Map(), position: after, hasMore: false };
    const position = (await this.#nth(after, end, most)) ?? end;
    const found: FoundChange[] = [];
    for (const part of partsOf(audiences)) found.push(...(await this.#find(part, after, position)));
    const changes = new Map<Subscriber, VisibleChange[]>();
    for (const change of found) {
      const { ticketId, eventId, isDeleted } = change;
      const seen = { position: positionOf(change), kind: kindOf(change), ticketId, isDeleted, eventId };
      for (const subscriber of members[change.place] ?? []) {
        const known = changes.get(subscriber);
        if (known) known.push(seen);
        else changes.set(subscriber, [seen]);
      }
    }
    return { changes, position, hasMore: comparePositions(position, end) < 0 };
  }

  /** The last of so many entries; null when there are fewer. */
  async #nth(after: ChangePosition, end: ChangePosition, most: number): Promise<ChangePosition | null> {
    const [row] = await this.#db.pipelined(sql<ChangePosition>`
      select ${positionColumns('e')} from ticket_change e where ${between(after, end)}
      order by e.horizon, e.id offset ${most - 1} limit 1`);
    return row ?? null;
  }

  async #audiencesOf<Subscriber extends ChangeSubscriber>(subscribers: readonly Subscriber[]) {
    const byKey = new Map<string, { audience: Audience; members: Subscriber[] }>();
    for (const subscriber of subscribers) {
      const audience = await audienceOf(this.#db, subscriber);
      const known = byKey.get(audience.key);
      if (known) known.members.push(subscriber);
      else byKey.set(audience.key, { audience, members: [subscriber] });
    }
    const all = [...byKey.values()];
    return { audiences: all.map(({ audience }) => audience), members: all.map(({ members }) => members) };
  }

  async #find(audiences: AudiencePart, after: ChangePosition, last: ChangePosition): Promise<FoundChange[]> {
    const lists = audiences.map(
      ([place, { before, now, internal }]) =>
        sql`(${sql.lit(place)}, not e.is_new and (${before}), (${now}), ${internal ? sql`true` : sql`not e.internal`})`,
    );
    return this.#db.all(sql<FoundChange>`
      select ${positionColumns('e')}, e.ticket_id as "ticketId", ${EVENT} as "eventId",
        t.deleted_at is not null as "isDeleted", a.place, coalesce(a.before, false) as before, coalesce(a.now, false) as now
      from (select c.*, c.xmin as written_by from ticket_change c where ${between(after, last, 'c')}) e
      left join ticket t on t.id = e.ticket_id
      cross join lateral ${BEFORE}
      cross join lateral (select * from (values ${sql.join(lists)}) v (place, before, now, told) ${AS_IT_STANDS}) a
      where (a.before or a.now) and a.told
      order by e.horizon, e.id`);
  }
}

/** Audiences with their places in the list of all. */
type AudiencePart = (readonly [place: number, audience: Audience])[];

/** The audiences in as few parts as one statement each can ask. */
function partsOf(audiences: readonly Audience[]): AudiencePart[] {
  const parts: AudiencePart[] = [];
  let free = 0;
  for (const entry of audiences.entries()) {
    const { parameterCount } = entry[1];
    const part = parts.at(-1);
    if (part && parameterCount <= free) part.push(entry);
    else parts.push([entry]);
    free = (part && parameterCount <= free ? free : MAX_PARAMETERS) - parameterCount;
  }
  return parts;
}

/** The entries after a position, up to another one. */
function between(after: ChangePosition, last: ChangePosition, alias = 'e'): RawBuilder<boolean> {
  return sql`(${orderColumns(alias)}) > ${orderValues(after)} and (${orderColumns(alias)}) <= ${orderValues(last)}`;
}
