import { ref } from '@mikro-orm/core';
import { argon2id, hash } from 'argon2';
import { Comment } from '../../src/tickets/comments/comment.entity.js';
import { Product, ProductType } from '../../src/products/product.entity.js';
import { Ticket } from '../../src/tickets/ticket.entity.js';
import { BuiltInRole, Role, type RoleFlag } from '../../src/accounts/roles/role.entity.js';
import { User } from '../../src/accounts/users/user.entity.js';
import { type GraphqlClient } from './client.js';
import { type TestServer } from './server.js';

export const PASSWORD = 'correct horse battery';

/** The cheapest hash that argon2 makes: verifying it takes no time, and tests make hundreds of people. */
const CHEAP = { type: argon2id, memoryCost: 1024, timeCost: 2, parallelism: 1 } as const;

let hashed: Promise<string> | undefined;
let made = 0;

export interface Person {
  id: string;
  username: string;
  email: string;
  client: GraphqlClient;
}

export interface PersonOptions {
  username?: string;
  email?: string;
  firstName?: string;
  lastName?: string | null;
  /** A built-in role, or the flags of a role made for this person. */
  role?: BuiltInRole | Partial<Record<RoleFlag, boolean>>;
  may?: Partial<Record<'create' | 'edit' | 'view' | 'delete', boolean>>;
  /** A hash of PASSWORD at the product's cost, for tests of how long signing in takes. */
  passwordHash?: string;
}

/** A person with an account and a client signed in as them. By default with the built-in role `user`. */
export async function buildPerson(server: TestServer, options: PersonOptions = {}): Promise<Person> {
  made += 1;
  // Its own, as several people may be made at the same time.
  const number = made;
  const em = server.app.orm.em.fork();
  const { role: wanted = BuiltInRole.USER, may = {} } = options;
  const createdAt = server.clock.now();
  const role =
    typeof wanted === 'string'
      ? await em.findOneOrFail(Role, { builtIn: wanted })
      : em.create(Role, { name: `role ${number}`, createdAt, ...wanted });
  hashed ??= hash(PASSWORD, CHEAP);
  const user = em.create(User, {
    username: options.username ?? `person${number}`,
    email: options.email ?? `person${number}@docket.example`,
    firstName: options.firstName ?? 'Person',
    lastName: options.lastName === undefined ? `${number}` : options.lastName,
    passwordHash: options.passwordHash ?? (await hashed),
    role: ref(role),
    mayCreateTickets: may.create ?? true,
    mayEditTickets: may.edit ?? true,
    mayViewTickets: may.view ?? true,
    mayDeleteTickets: may.delete ?? true,
    createdAt,
  });
  await em.flush();
  const client = await signIn(server, user.username);
  return { id: user.id, username: user.username, email: user.email, client };
}

/** A client signed in with the factories' password. */
export async function signIn(server: TestServer, login: string): Promise<GraphqlClient> {
  const { signIn: payload } = await server.anonymous.query(
    'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }',
    { input: { login, password: PASSWORD } },
  );
  if (payload.accessToken === null)
    throw new Error(`Could not sign in as ${login}: ${JSON.stringify(payload.userErrors)}`);
  return server.anonymous.withToken(payload.accessToken);
}

export interface TicketOptions {
  title?: string;
  description?: string;
  createdBy?: { id: string };
  assignedTo?: { id: string } | null;
  product?: { id: string } | null;
  priority?: Ticket['priority'];
  status?: Ticket['status'];
  type?: Ticket['type'];
  createdAt?: Date;
  deletedAt?: Date | null;
}

/** A ticket straight in the database, without event or mail; makes its creator if none is given. */
export async function buildTicket(
  server: TestServer,
  options: TicketOptions = {},
): Promise<{ id: string; number: number }> {
  const createdBy = options.createdBy ?? (await buildPerson(server));
  made += 1;
  const em = server.app.orm.em.fork();
  const ticket = em.create(Ticket, {
    title: options.title ?? `Ticket ${made}`,
    description: options.description ?? 'It does not work.',
    createdBy: createdBy.id,
    assignedTo: options.assignedTo?.id ?? null,
    product: options.product?.id ?? null,
    ...(options.priority && { priority: options.priority }),
    ...(options.status && { status: options.status }),
    ...(options.type && { type: options.type }),
    createdAt: options.createdAt ?? server.clock.now(),
    deletedAt: options.deletedAt ?? null,
  });
  await em.flush();
  return { id: ticket.id, number: ticket.number };
}

/** A comment straight in the database. */
export async function buildComment(
  server: TestServer,
  options: { ticket: { id: string }; author: { id: string }; content?: string; internal?: boolean; createdAt?: Date },
): Promise<{ id: string }> {
  made += 1;
  const em = server.app.orm.em.fork();
  const comment = em.create(Comment, {
    content: options.content ?? `Comment ${made}`,
    internal: options.internal ?? false,
    ticket: options.ticket.id,
    author: options.author.id,
    createdAt: options.createdAt ?? server.clock.now(),
  });
  await em.flush();
  return { id: comment.id };
}

export async function buildProduct(
  server: TestServer,
  options: { name?: string; ownerEmail?: string } = {},
): Promise<{ id: string }> {
  made += 1;
  const em = server.app.orm.em.fork();
  const product = em.create(Product, {
    name: options.name ?? `Product ${made}`,
    type: ProductType.OTHERS,
    ownerEmail: options.ownerEmail ?? 'owner@docket.example',
    createdAt: server.clock.now(),
  });
  await em.flush();
  return { id: product.id };
}
