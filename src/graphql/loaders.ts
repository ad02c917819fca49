import DataLoader from 'dataloader';
import { type Viewer } from '../auth/viewer.js';
import { type SessionReader, type SessionRow } from '../auth/session.reader.js';
import { type CommentParent, type CommentReader, type CommentRow } from '../comments/comment.reader.js';
import { type NotificationReader, type NotificationRow } from '../notifications/notification.reader.js';
import { type InsightsReader } from '../insights/insights.reader.js';
import { type ProductReader, type ProductRow } from '../products/product.reader.js';
import { type SimilarTicketReader } from '../tickets/similar-ticket.reader.js';
import { type SimilarTicket } from '../tickets/similar-ticket.types.js';
import { type TicketEventReader, type TicketEventRow } from '../tickets/ticket-event.reader.js';
import { type TicketListArgs, type TicketParent, type TicketReader, type TicketRow } from '../tickets/ticket.reader.js';
import { type RoleRow, type UserReader, type UserRow } from '../users/user.reader.js';
import { type Connection, type ConnectionArgs } from './connection.js';
import { signedIn } from './context.js';
import { type Selection, selectionKey } from './selection.js';

/** Each is a search of its own: more in one statement could run into its time limit. */
const SIMILAR_BATCH = 10;

export interface Readers {
  readonly tickets: TicketReader;
  readonly similarTickets: SimilarTicketReader;
  readonly ticketEvents: TicketEventReader;
  readonly comments: CommentReader;
  readonly insights: InsightsReader;
  readonly users: UserReader;
  readonly products: ProductReader;
  readonly sessions: SessionReader;
  readonly notifications: NotificationReader;
}

/** Loads rows by their ids, one statement a batch, and puts them in the order of the keys; null for what is not there. */
function byId<RowType extends { readonly id: string }>(
  read: (ids: readonly string[]) => Promise<readonly RowType[]>,
): DataLoader<string, RowType | null> {
  return new DataLoader(async (ids) => {
    const rows = await read(ids);
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

type PageLoader<Item> = DataLoader<string, Connection<Item>>;

/** The same page of many parents' lists: a loader for each page that the query asks for. */
class PageLoaders<List extends string, Args extends ConnectionArgs, Item> {
  readonly #loaders = new Map<string, PageLoader<Item>>();
  readonly #read: (list: List, ids: readonly string[], args: Args, selection: Selection) => Promise<Connection<Item>[]>;
  #last: { list: List; args: Args; selection: Selection; loader: PageLoader<Item> } | undefined;

  /** @param read the same page of each of the parents' lists, in the order of their ids */
  constructor(
    read: (list: List, ids: readonly string[], args: Args, selection: Selection) => Promise<Connection<Item>[]>,
  ) {
    this.#read = read;
  }

  for(list: List, args: Args, selection: Selection): PageLoader<Item> {
    const last = this.#last;
    // The parents ask one after the other, and mostly for the same.
    if (last && last.list === list && last.selection === selection && same(last.args, args)) return last.loader;
    const key = JSON.stringify([list, Object.entries(args), selectionKey(selection)]);
    const loader = this.#loaders.get(key) ?? new DataLoader(async (ids) => this.#read(list, ids, args, selection));
    this.#loaders.set(key, loader);
    this.#last = { list, args, selection, loader };
    return loader;
  }
}

/** Whether two lists' arguments are the same, as far as can be seen at a glance. */
function same<Args extends ConnectionArgs>(one: Args, other: Args): boolean {
  const others = Object.entries(other);
  return others.length === Object.keys(one).length && others.every(([name, value]) => Reflect.get(one, name) === value);
}

/** What a list's own statement did not bring, batched: one for each request, and for its viewer. */
export class Loaders {
  readonly userById: DataLoader<string, UserRow | null>;
  readonly roleById: DataLoader<string, RoleRow | null>;
  readonly productById: DataLoader<string, ProductRow | null>;
  readonly ticketById: DataLoader<string, TicketRow | null>;
  readonly ticketEventById: DataLoader<string, TicketEventRow | null>;
  readonly commentById: DataLoader<string, CommentRow | null>;
  readonly notificationById: DataLoader<string, NotificationRow | null>;
  /** The viewer's own live ones. */
  readonly sessionById: DataLoader<string, SessionRow | null>;
  readonly duplicatesByTicketId: DataLoader<string, TicketRow[]>;
  readonly #ticketPages = new PageLoaders<TicketParent, TicketListArgs, TicketRow>(
    async (parent, ids, args, selection) =>
      this.#readers.tickets.pagesByParent(this.#viewer(), parent, ids, args, selection),
  );
  readonly #commentPages = new PageLoaders<CommentParent, ConnectionArgs, CommentRow>(
    async (parent, ids, args, selection) =>
      this.#readers.comments.pagesByParent(this.#viewer(), parent, ids, args, selection),
  );
  readonly #eventPages = new PageLoaders<'ticket', ConnectionArgs, TicketEventRow>(
    async (_ticket, ids, args, selection) =>
      this.#readers.ticketEvents.pagesByTicketId(this.#viewer(), ids, args, selection),
  );
  readonly #similar = new Map<string, DataLoader<string, readonly SimilarTicket[]>>();
  readonly #readers: Readers;
  readonly #viewer: () => Viewer;

  constructor(readers: Readers, viewer: () => Viewer | null) {
    this.#readers = readers;
    this.#viewer = () => signedIn({ viewer: viewer() });
    this.userById = byId((ids) => readers.users.byIds(ids));
    this.roleById = byId((ids) => readers.users.rolesByIds(ids));
    this.productById = byId((ids) => readers.products.byIds(ids));
    this.ticketById = byId(async (ids) => readers.tickets.byIds(this.#viewer(), ids));
    this.ticketEventById = byId(async (ids) => readers.ticketEvents.byIds(this.#viewer(), ids));
    this.commentById = byId(async (ids) => readers.comments.byIds(this.#viewer(), ids));
    this.notificationById = byId(async (ids) => readers.notifications.byIds(this.#viewer(), ids));
    this.sessionById = byId(async () => readers.sessions.live(this.#viewer().id));
    this.duplicatesByTicketId = new DataLoader(async (ids) => readers.tickets.duplicatesOf(this.#viewer(), ids));
  }

  /** The same page of the tickets of many products, creators or assignees, by parent. */
  ticketsBy(parent: TicketParent, args: TicketListArgs, selection: Selection): PageLoader<TicketRow> {
    return this.#ticketPages.for(parent, args, selection);
  }

  /** The same page of the comments of many tickets or authors, by parent. */
  commentsBy(parent: CommentParent, args: ConnectionArgs, selection: Selection): PageLoader<CommentRow> {
    return this.#commentPages.for(parent, args, selection);
  }

  /** The same page of the history of many tickets, by ticket. */
  eventsByTicketId(args: ConnectionArgs, selection: Selection): PageLoader<TicketEventRow> {
    return this.#eventPages.for('ticket', args, selection);
  }

  /** The tickets most like each of many tickets, by ticket. */
  similarByTicketId(first: number, selection: Selection): DataLoader<string, readonly SimilarTicket[]> {
    const key = JSON.stringify([first, selectionKey(selection)]);
    const known = this.#similar.get(key);
    if (known) return known;
    const loader = new DataLoader<string, readonly SimilarTicket[]>(
      async (ids) => this.#readers.similarTickets.toTickets(this.#viewer(), ids, first, selection),
      { maxBatchSize: SIMILAR_BATCH },
    );
    this.#similar.set(key, loader);
    return loader;
  }
}
