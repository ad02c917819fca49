import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../viewer.js';
import { isId } from '../../common/id.js';
import { holdsWords, inNameOrder } from '../../search/names.js';
import { type Row, type RowWith } from '../../database/row.js';
import { type Db } from '../../database/db.js';
import { type Connection, type ConnectionArgs, OrderDirection } from '../../graphql/connection.js';
import { keysetPage, type Order, type OrderKey } from '../../graphql/keyset-page.js';
import { ForbiddenError } from '../../common/errors.js';
import { type SearchLimiter } from '../../search/search-limiter.js';
import { nodeSelection, type Selection } from '../../graphql/selection.js';
import { Role } from '../roles/role.entity.js';
import { User } from './user.entity.js';
import { type UserFilter, type UserOrder, UserOrderField } from './user.inputs.js';
import { canSeeDeletedUsers } from './user.policy.js';

export type UserRow = RowWith<User>;
export type RoleRow = Row<Role>;

/** firstName and lastName, joined by one space. */
export function fullName({ firstName, lastName }: Pick<UserRow, 'firstName' | 'lastName'>): string {
  return lastName === null ? firstName : `${firstName} ${lastName}`;
}

/** As the index has it. */
const FULL_NAME = sql`u.first_name || coalesce(' ' || u.last_name, '')`;
const BY_ID: OrderKey<UserRow> = { expression: sql.ref('u.id'), type: 'uuid', value: ({ id }) => id };
const ORDER_KEYS: Record<UserOrderField, OrderKey<UserRow>> = {
  CREATED_AT: { expression: sql.ref('u.created_at'), type: 'timestamptz', value: ({ createdAt }) => createdAt },
  USERNAME: { expression: inNameOrder(sql`u.username`), type: 'text', value: ({ username }) => username },
  NAME: { expression: inNameOrder(FULL_NAME), type: 'text', value: fullName },
};

/** The columns that cursors contain. */
const ORDERED_BY = ['createdAt', 'username', 'firstName', 'lastName'] as const;

function orderOf({ field, direction }: UserOrder): Order<UserRow> {
  return { name: `user.${field}`, keys: [ORDER_KEYS[field], BY_ID], direction };
}

const OLDEST_FIRST: UserOrder = { field: UserOrderField.CREATED_AT, direction: OrderDirection.ASC };

export interface UserListArgs extends ConnectionArgs {
  filter?: UserFilter | null;
  orderBy?: UserOrder | null;
}

/**
 * The users whom the viewer may find by address: those whose address the viewer may see, and unconfirmed ones only with
 * canManageUsers.
 */
function foundByEmail({ id, role }: Viewer): RawBuilder<boolean> {
  if (role.canManageUsers) return sql`true`;
  return role.canManageTickets ? sql`(u.email_confirmed or u.id = ${id})` : sql`u.id = ${id}`;
}

function userFilter(viewer: Viewer, filter: UserFilter): RawBuilder<boolean>[] {
  const deleted = filter.deleted === true;
  if (deleted && !canSeeDeletedUsers(viewer)) throw new ForbiddenError('Seeing deleted users needs canManageUsers.');
  const conditions = [sql<boolean>`u.deleted_at is ${sql.raw(deleted ? 'not null' : 'null')}`];
  if (filter.roleId) conditions.push(sql`u.role_id = any(${filter.roleId.filter(isId)}::uuid[])`);
  const email = sql`case when u.deleted_at is null and ${foundByEmail(viewer)} then u.email end`;
  const found = holdsWords(sql`concat_ws(' ', u.username, u.first_name, u.last_name, ${email})`, filter.search ?? '');
  if (found) conditions.push(found);
  return conditions;
}

export class UserReader {
  readonly #db: Db;
  readonly #searchLimiter: SearchLimiter;

  constructor(db: Db, searchLimiter: SearchLimiter) {
    this.#db = db;
    this.#searchLimiter = searchLimiter;
  }

  /** One page of users, or of deleted users with `deleted`. One statement. */
  async page(viewer: Viewer, args: UserListArgs, selection: Selection): Promise<Connection<UserRow>> {
    const page = keysetPage(args, orderOf(args.orderBy ?? OLDEST_FIRST));
    const matching = sql<boolean>`${sql.join(userFilter(viewer, args.filter ?? {}), sql` and `)}`;
    const { columns, joins } = this.#db.select(User, 'u', nodeSelection(selection), { always: ORDERED_BY });
    const limited = this.#searchLimiter.of(viewer, (args.filter?.search ?? '').trim() !== '');
    const statement = sql<UserRow>`select ${columns} from "user" u ${joins} where ${matching} and ${page.where} order by ${page.orderBy} limit ${page.limit}`;
    const rows = await limited(async () => this.#db.all(statement));
    return page.connection(
      rows,
      async () => limited(async () => this.#db.count(sql`"user" u where ${matching}`)),
      async (beyond) => limited(async () => this.#db.exists(sql`"user" u where ${matching} and ${beyond}`)),
    );
  }

  /** The users, deleted ones too: as authors they stay. In no order. */
  async byIds(ids: readonly string[]): Promise<UserRow[]> {
    return this.#db.pipelined(
      sql<UserRow>`select ${this.#db.columns(User, 'u')} from "user" u where u.id = any(${[...ids]}::uuid[])`,
    );
  }

  /** A living user, by the username in any letter case. */
  async byUsername(username: string): Promise<UserRow | null> {
    if (username.includes('\0')) return null;
    return this.#db.first(
      sql<UserRow>`select ${this.#db.columns(User, 'u')} from "user" u where u.username = ${username} and u.deleted_at is null`,
    );
  }

  async roles(): Promise<RoleRow[]> {
    return this.#db.all(
      sql<RoleRow>`select ${this.#db.columns(Role, 'r')} from role r where r.deleted_at is null order by ${inNameOrder(sql`r.name`)}, r.id`,
    );
  }

  /** The roles, deleted ones too: a deleted user keeps theirs. In no order. */
  async rolesByIds(ids: readonly string[]): Promise<RoleRow[]> {
    return this.#db.pipelined(
      sql<RoleRow>`select ${this.#db.columns(Role, 'r')} from role r where r.id = any(${[...ids]}::uuid[])`,
    );
  }
}
