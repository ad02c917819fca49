import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../auth/viewer.js';
import { type Row } from '../database/row.js';
import { type Rows } from '../database/rows.js';
import { type Connection, type ConnectionArgs, keysetPage, type Order, OrderDirection } from '../graphql/connection.js';
import { forbidden } from '../graphql/errors.js';
import { holdsLetters } from '../search/letters.js';
import { Product } from './product.entity.js';
import { type ProductFilter } from './product.inputs.js';
import { canManageProducts } from './product.policy.js';

export type ProductRow = Row<Product>;

const BY_NAME: Order<ProductRow> = {
  name: 'product.NAME',
  direction: OrderDirection.ASC,
  keys: [
    { expression: sql.ref('p.name'), type: 'citext', value: ({ name }) => name },
    { expression: sql.ref('p.id'), type: 'uuid', value: ({ id }) => id },
  ],
};

function productFilter(viewer: Viewer, filter: ProductFilter): RawBuilder<boolean>[] {
  const deleted = filter.deleted === true;
  if (deleted && !canManageProducts(viewer)) throw forbidden('Seeing deleted products needs canManageTickets.');
  const conditions = [sql<boolean>`p.deleted_at is ${sql.raw(deleted ? 'not null' : 'null')}`];
  if (filter.search != null && filter.search.trim() !== '') {
    conditions.push(holdsLetters(sql.ref('p.name'), filter.search));
  }
  if (filter.type) conditions.push(sql`p.type = any(${filter.type}::product_type[])`);
  return conditions;
}

export class ProductReader {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** One page by name. One statement. */
  async page(
    viewer: Viewer,
    args: ConnectionArgs & { filter?: ProductFilter | null },
  ): Promise<Connection<ProductRow>> {
    const page = keysetPage(args, BY_NAME);
    const matching = sql<boolean>`${sql.join(productFilter(viewer, args.filter ?? {}), sql` and `)}`;
    const rows = await this.#rows.all(
      sql<ProductRow>`select ${this.#rows.columns(Product, 'p')} from product p where ${matching} and ${page.where} order by ${page.orderBy} limit ${page.limit}`,
    );
    return page.connection(
      rows,
      () => this.#rows.count(sql`product p where ${matching}`),
      (beyond) => this.#rows.exists(sql`product p where ${matching} and ${beyond}`),
    );
  }

  /** The products, deleted ones too: a ticket keeps naming its product. In no order. */
  async byIds(ids: readonly string[]): Promise<ProductRow[]> {
    return this.#rows.byKey(
      sql<ProductRow>`select ${this.#rows.columns(Product, 'p')} from product p where p.id = any(${[...ids]}::uuid[])`,
    );
  }
}
