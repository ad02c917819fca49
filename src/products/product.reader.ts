import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { holdsWords, inNameOrder } from '../database/names.js';
import { type Row } from '../database/row.js';
import { type Rows } from '../database/rows.js';
import { type Connection, type ConnectionArgs, keysetPage, type Order, OrderDirection } from '../graphql/connection.js';
import { forbidden } from '../graphql/errors.js';
import { type SearchTurns } from '../search/search-turns.js';
import { Product } from './product.entity.js';
import { type ProductFilter } from './product.inputs.js';
import { canManageProducts } from './product.policy.js';

export type ProductRow = Row<Product>;

const BY_NAME: Order<ProductRow> = {
  name: 'product.NAME',
  direction: OrderDirection.ASC,
  keys: [
    { expression: inNameOrder(sql`p.name`), type: 'text', value: ({ name }) => name },
    { expression: sql.ref('p.id'), type: 'uuid', value: ({ id }) => id },
  ],
};

function productFilter(viewer: Viewer, filter: ProductFilter): RawBuilder<boolean>[] {
  const deleted = filter.deleted === true;
  if (deleted && !canManageProducts(viewer)) throw forbidden('Seeing deleted products needs canManageTickets.');
  const conditions = [sql<boolean>`p.deleted_at is ${sql.raw(deleted ? 'not null' : 'null')}`];
  const found = holdsWords(sql`p.name`, filter.search ?? '');
  if (found) conditions.push(found);
  if (filter.type) conditions.push(sql`p.type = any(${filter.type}::product_type[])`);
  return conditions;
}

export class ProductReader {
  readonly #rows: Rows;
  readonly #turns: SearchTurns;

  constructor(rows: Rows, turns: SearchTurns) {
    this.#rows = rows;
    this.#turns = turns;
  }

  /** One page by name. One statement. */
  async page(
    viewer: Viewer,
    args: ConnectionArgs & { filter?: ProductFilter | null },
  ): Promise<Connection<ProductRow>> {
    const page = keysetPage(args, BY_NAME);
    const matching = sql<boolean>`${sql.join(productFilter(viewer, args.filter ?? {}), sql` and `)}`;
    const inTurn = this.#turns.of(viewer, (args.filter?.search ?? '').trim() !== '');
    const statement = sql<ProductRow>`select ${this.#rows.columns(Product, 'p')} from product p where ${matching} and ${page.where} order by ${page.orderBy} limit ${page.limit}`;
    const rows = await inTurn(async () => this.#rows.all(statement));
    return page.connection(
      rows,
      async () => inTurn(async () => this.#rows.count(sql`product p where ${matching}`)),
      async (beyond) => inTurn(async () => this.#rows.exists(sql`product p where ${matching} and ${beyond}`)),
    );
  }

  /** The products, deleted ones too: a ticket keeps naming its product. In no order. */
  async byIds(ids: readonly string[]): Promise<ProductRow[]> {
    return this.#rows.byKey(
      sql<ProductRow>`select ${this.#rows.columns(Product, 'p')} from product p where p.id = any(${[...ids]}::uuid[])`,
    );
  }
}
