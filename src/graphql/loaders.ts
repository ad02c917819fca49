import DataLoader from 'dataloader';
import { type Viewer } from '../auth/viewer.js';
import { type SessionReader } from '../auth/session.reader.js';
import { type CommentReader, type CommentRow } from '../comments/comment.reader.js';
import { type NotificationReader, type NotificationRow } from '../notifications/notification.reader.js';
import { type InsightsReader } from '../insights/insights.reader.js';
import { type ProductReader, type ProductRow } from '../products/product.reader.js';
import { type SimilarTicketReader } from '../tickets/similar-ticket.reader.js';
import { type SimilarTicket } from '../tickets/similar-ticket.types.js';
import { type TicketReader, type TicketRow } from '../tickets/ticket.reader.js';
import { type RoleRow, type UserReader, type UserRow } from '../users/user.reader.js';
import { type Connection, type ConnectionArgs } from './connection.js';
import { signedIn } from './context.js';
import { type Selection } from './selection.js';

/** Each is a search of its own: more in one statement could run into its time limit. */
const SIMILAR_BATCH = 10;

export interface Readers {
  readonly tickets: TicketReader;
  readonly similarTickets: SimilarTicketReader;
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

/** What a list's own statement did not bring, batched: one for each request, and for its viewer. */
export class Loaders {
  readonly userById: DataLoader<string, UserRow | null>;
  readonly roleById: DataLoader<string, RoleRow | null>;
  readonly productById: DataLoader<string, ProductRow | null>;
  readonly ticketById: DataLoader<string, TicketRow | null>;
  readonly commentById: DataLoader<string, CommentRow | null>;
  readonly notificationById: DataLoader<string, NotificationRow | null>;
  readonly #commentPages = new Map<string, DataLoader<string, Connection<CommentRow>>>();
  readonly #similar = new Map<string, DataLoader<string, readonly SimilarTicket[]>>();
  readonly #readers: Readers;
  readonly #viewer: () => Viewer | null;

  constructor(readers: Readers, viewer: () => Viewer | null) {
    this.#readers = readers;
    this.#viewer = viewer;
    this.userById = byId((ids) => readers.users.byIds(ids));
    this.roleById = byId((ids) => readers.users.rolesByIds(ids));
    this.productById = byId((ids) => readers.products.byIds(ids));
    this.ticketById = byId(async (ids) => readers.tickets.byIds(signedIn({ viewer: viewer() }), ids));
    this.commentById = byId(async (ids) => readers.comments.byIds(signedIn({ viewer: viewer() }), ids));
    this.notificationById = byId(async (ids) => readers.notifications.byIds(signedIn({ viewer: viewer() }), ids));
  }

  /** The same page of the comments of many tickets, by ticket. */
  commentsByTicketId(args: ConnectionArgs, selection: Selection): DataLoader<string, Connection<CommentRow>> {
    const key = JSON.stringify([args.first, args.after, args.last, args.before, [...selection.keys()]]);
    const known = this.#commentPages.get(key);
    if (known) return known;
    const loader = new DataLoader<string, Connection<CommentRow>>(async (ticketIds) =>
      this.#readers.comments.pagesByTicketId(signedIn({ viewer: this.#viewer() }), ticketIds, args, selection),
    );
    this.#commentPages.set(key, loader);
    return loader;
  }

  /** The tickets most like each of many tickets, by ticket. */
  similarByTicketId(first: number, selection: Selection): DataLoader<string, readonly SimilarTicket[]> {
    const key = JSON.stringify([first, [...(selection.get('ticket')?.keys() ?? [])]]);
    const known = this.#similar.get(key);
    if (known) return known;
    const loader = new DataLoader<string, readonly SimilarTicket[]>(
      async (ids) =>
        this.#readers.similarTickets.toTickets(signedIn({ viewer: this.#viewer() }), ids, first, selection),
      { maxBatchSize: SIMILAR_BATCH },
    );
    this.#similar.set(key, loader);
    return loader;
  }
}
