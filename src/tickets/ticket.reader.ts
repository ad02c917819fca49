import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { type Db } from '../database/db.js';
import { type RowWith } from '../database/row.js';
import { keysetPage } from '../graphql/keyset-page.js';
import { type Selection } from '../graphql/selection.js';
import { ticketOrder } from './ticket-order.js';
import { Ticket } from './ticket.entity.js';
import { canSeeDeletedTickets } from './ticket.policy.js';
import { readableTickets, visibleTickets } from './ticket-visibility.js';

/** A ticket as resolvers get it, with the relations that the statement joined. */
export type TicketRow = RowWith<Ticket>;

/** Maximum length of `duplicates`, which has no pages. */
export const MAX_DUPLICATES = 100;

/** The relations that a statement joins. */
const JOINED = ['product', 'createdBy', 'assignedTo'];

const DEFAULT_ORDER = ticketOrder(null, false);

export class TicketReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Whether the statement joins relations for a selection. */
  brings(fields: Selection): boolean {
    return JOINED.some((relation) => fields.has(relation));
  }

  /** Those of the tickets that the viewer may see, in no order; with deleted ones for those who may see them. */
  async byIds(viewer: Viewer, ids: readonly string[], { withDeleted = false } = {}): Promise<TicketRow[]> {
    const readable = readableTickets(viewer, 't', { deletedToo: withDeleted && canSeeDeletedTickets(viewer) });
    return this.#db.pipelined(
      sql<TicketRow>`select ${this.#db.columns(Ticket, 't')} from ticket t where t.id = any(${[...ids]}::uuid[]) and ${readable}`,
    );
  }

  /** The first duplicates of each ticket that the viewer may see, by number, in the order of the ids. One statement. */
  async duplicatesOf(viewer: Viewer, ids: readonly string[]): Promise<TicketRow[][]> {
    const rows = await this.#db.all(
      sql<TicketRow>`select ${this.#db.columns(Ticket, 't')} from unnest(${[...ids]}::uuid[]) as original (id)
        cross join lateral (
          select * from ticket t where t.duplicate_of_id = original.id and ${visibleTickets(viewer, 't')}
          order by t.number limit ${sql.lit(MAX_DUPLICATES)}
        ) t order by t.number`,
    );
    const byOriginal = Map.groupBy(rows, ({ duplicateOfId }) => duplicateOfId);
    return ids.map((id) => byOriginal.get(id) ?? []);
  }

  async one(viewer: Viewer, key: { id: string } | { number: number }, selection: Selection): Promise<TicketRow | null> {
    const which = 'id' in key ? sql`t.id = ${key.id}` : sql`t.number = ${key.number}`;
    const [ticket] = await this.#where(sql`${which} and ${visibleTickets(viewer, 't')}`, selection);
    return ticket ?? null;
  }

  /**
   * The tickets of a mutation's payload, in the order of the ids: deleted ones too, and also those that the viewer may
   * not see after the change.
   */
  async changed(ids: readonly string[], selection: Selection): Promise<TicketRow[]> {
    const rows = await this.#where(sql`t.id = any(${[...ids]}::uuid[])`, selection);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async #where(condition: RawBuilder<unknown>, selection: Selection): Promise<readonly TicketRow[]> {
    const { columns, joins } = this.#db.select(Ticket, 't', selection, { always: DEFAULT_ORDER.columns });
    return this.#db.pipelined(sql<TicketRow>`select ${columns} from ticket t ${joins} where ${condition}`);
  }
}

/** A ticket as an edge of a list in the default order, for a mutation's payload. */
export function newestFirstEdge(ticket: TicketRow) {
  return keysetPage<TicketRow>({}, DEFAULT_ORDER).edge(ticket);
}
