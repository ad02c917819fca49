import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { holdsWords, inNameOrder } from '../search/names.js';
import { type Row } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type Connection, type ConnectionArgs, OrderDirection } from '../graphql/connection.js';
import { keysetPage, type Order } from '../graphql/keyset-page.js';
import { ForbiddenError } from '../common/errors.js';
import { type SearchLimiter } from '../search/search-limiter.js';
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
  if (deleted && !canManageProducts(viewer))
    throw new ForbiddenError('Seeing deleted products needs canManageTickets.');
  const conditions = [sql<boolean>`p.deleted_at is ${sql.raw(deleted ? 'not null' : 'null')}`];
  const found = holdsWords(sql`p.name`, filter.search ?? '');
  if (found) conditions.push(found);
  if (filter.type) conditions.push(sql`p.type = any(${filter.type}::product_type[])`);
  return conditions;
}

export class ProductReader {
  readonly #db: Db;
  readonly #searchLimiter: SearchLimiter;

  constructor(db: Db, searchLimiter: SearchLimiter) {
    this.#db = db;
    this.#searchLimiter = searchLimiter;
  }

  /** One page by name. One statement. */
  async page(
    viewer: Viewer,
    args: ConnectionArgs & { filter?: ProductFilter | null },
  ): Promise<Connection<ProductRow>> {
    const page = keysetPage(args, BY_NAME);
    const matching = sql<boolean>`${sql.join(productFilter(viewer, args.filter ?? {}), sql` and `)}`;
    const limited = this.#searchLimiter.of(viewer, (args.filter?.search ?? '').trim() !== '');
    const statement = sql<ProductRow>`select ${this.#db.columns(Product, 'p')} from product p where ${matching} and ${page.where} order by ${page.orderBy} limit ${page.limit}`;
    const rows = await limited(async () => this.#db.all(statement));
    return page.connection(
      rows,
      async () => limited(async () => this.#db.count(sql`product p where ${matching}`)),
      async (beyond) => limited(async () => this.#db.exists(sql`product p where ${matching} and ${beyond}`)),
    );
  }

  /** The products, deleted ones too: a ticket keeps naming its product. In no order. */
  async byIds(ids: readonly string[]): Promise<ProductRow[]> {
    return this.#db.pipelined(
      sql<ProductRow>`select ${this.#db.columns(Product, 'p')} from product p where p.id = any(${[...ids]}::uuid[])`,
    );
  }
}
