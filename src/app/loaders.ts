import DataLoader from 'dataloader';
import { type Viewer } from '../accounts/viewer.js';
import { type SessionReader, type SessionRow } from '../accounts/sessions/session.reader.js';
import { type CommentParent, type CommentReader, type CommentRow } from '../tickets/comments/comment.reader.js';
import { type NotificationReader, type NotificationRow } from '../notifications/notification.reader.js';
import { type InsightsReader } from '../tickets/insights/insights.reader.js';
import { type ProductReader, type ProductRow } from '../products/product.reader.js';
import { type SimilarTicketReader } from '../tickets/similar-ticket.reader.js';
import { type SimilarTicket } from '../tickets/similar-ticket.types.js';
import { type TicketEventReader, type TicketEventRow } from '../tickets/ticket-event.reader.js';
import { type TicketListArgs, type TicketParent, type TicketReader, type TicketRow } from '../tickets/ticket.reader.js';
import { type RoleRow, type UserReader, type UserRow } from '../accounts/users/user.reader.js';
import { type Connection, type ConnectionArgs } from '../graphql/connection.js';
import { type Context, signedIn } from '../graphql/context.js';
import { type Selection, selectionKey } from '../graphql/selection.js';

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

/**
 * What a list's own statement did not bring, batched: one for each request, and for its viewer. Each loader is made when it is
 * first asked for: most requests need none of them, and to make all would cost as much as the rest of a small one.
 */
export class Loaders {
  readonly #context: Pick<Context, 'readers' | 'viewer' | 'refusal'>;
  #userById: DataLoader<string, UserRow | null> | undefined;
  #roleById: DataLoader<string, RoleRow | null> | undefined;
  #productById: DataLoader<string, ProductRow | null> | undefined;
  #ticketById: DataLoader<string, TicketRow | null> | undefined;
  #ticketEventById: DataLoader<string, TicketEventRow | null> | undefined;
  #commentById: DataLoader<string, CommentRow | null> | undefined;
  #notificationById: DataLoader<string, NotificationRow | null> | undefined;
  #sessionById: DataLoader<string, SessionRow | null> | undefined;
  #duplicatesByTicketId: DataLoader<string, TicketRow[]> | undefined;
  #ticketPages: PageLoaders<TicketParent, TicketListArgs, TicketRow> | undefined;
  #commentPages: PageLoaders<CommentParent, ConnectionArgs, CommentRow> | undefined;
  #eventPages: PageLoaders<'ticket', ConnectionArgs, TicketEventRow> | undefined;
  #similar: Map<string, DataLoader<string, readonly SimilarTicket[]>> | undefined;

  /** @param context of the request: what it says when a loader reads is what holds */
  constructor(context: Pick<Context, 'readers' | 'viewer' | 'refusal'>) {
    this.#context = context;
  }

  get userById(): DataLoader<string, UserRow | null> {
    return (this.#userById ??= byId((ids) => this.#readers.users.byIds(ids)));
  }

  get roleById(): DataLoader<string, RoleRow | null> {
    return (this.#roleById ??= byId((ids) => this.#readers.users.rolesByIds(ids)));
  }

  get productById(): DataLoader<string, ProductRow | null> {
    return (this.#productById ??= byId((ids) => this.#readers.products.byIds(ids)));
  }

  get ticketById(): DataLoader<string, TicketRow | null> {
    return (this.#ticketById ??= byId(async (ids) => this.#readers.tickets.byIds(this.#viewer, ids)));
  }

  get ticketEventById(): DataLoader<string, TicketEventRow | null> {
    return (this.#ticketEventById ??= byId(async (ids) => this.#readers.ticketEvents.byIds(this.#viewer, ids)));
  }

  get commentById(): DataLoader<string, CommentRow | null> {
    return (this.#commentById ??= byId(async (ids) => this.#readers.comments.byIds(this.#viewer, ids)));
  }

  get notificationById(): DataLoader<string, NotificationRow | null> {
    return (this.#notificationById ??= byId(async (ids) => this.#readers.notifications.byIds(this.#viewer, ids)));
  }

  /** The viewer's own live ones. */
  get sessionById(): DataLoader<string, SessionRow | null> {
    return (this.#sessionById ??= byId(async () => this.#readers.sessions.live(this.#viewer.id)));
  }

  get duplicatesByTicketId(): DataLoader<string, TicketRow[]> {
    return (this.#duplicatesByTicketId ??= new DataLoader(async (ids) =>
      this.#readers.tickets.duplicatesOf(this.#viewer, ids),
    ));
  }

  /** The same page of the tickets of many products, creators or assignees, by parent. */
  ticketsBy(parent: TicketParent, args: TicketListArgs, selection: Selection): PageLoader<TicketRow> {
    this.#ticketPages ??= new PageLoaders(async (list, ids, ...page) =>
      this.#readers.tickets.pagesByParent(this.#viewer, list, ids, ...page),
    );
    return this.#ticketPages.for(parent, args, selection);
  }

  /** The same page of the comments of many tickets or authors, by parent. */
  commentsBy(parent: CommentParent, args: ConnectionArgs, selection: Selection): PageLoader<CommentRow> {
    this.#commentPages ??= new PageLoaders(async (list, ids, ...page) =>
      this.#readers.comments.pagesByParent(this.#viewer, list, ids, ...page),
    );
    return this.#commentPages.for(parent, args, selection);
  }

  /** The same page of the history of many tickets, by ticket. */
  eventsByTicketId(args: ConnectionArgs, selection: Selection): PageLoader<TicketEventRow> {
    this.#eventPages ??= new PageLoaders(async (_ticket, ids, ...page) =>
      this.#readers.ticketEvents.pagesByTicketId(this.#viewer, ids, ...page),
    );
    return this.#eventPages.for('ticket', args, selection);
  }

  /** The tickets most like each of many tickets, by ticket. */
  similarByTicketId(first: number, selection: Selection): DataLoader<string, readonly SimilarTicket[]> {
    const key = JSON.stringify([first, selectionKey(selection)]);
    this.#similar ??= new Map();
    const known = this.#similar.get(key);
    if (known) return known;
    const loader = new DataLoader<string, readonly SimilarTicket[]>(
      async (ids) => this.#readers.similarTickets.toTickets(this.#viewer, ids, first, selection),
      { maxBatchSize: SIMILAR_BATCH },
    );
    this.#similar.set(key, loader);
    return loader;
  }

  get #readers(): Readers {
    return this.#context.readers;
  }

  get #viewer(): Viewer {
    return signedIn(this.#context);
  }
}
