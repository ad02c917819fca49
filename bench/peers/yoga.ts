// GraphQL Yoga with hand-written SQL and DataLoaders.
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { createServer } from 'node:http';
import { Pool } from 'pg';
import { INSIGHTS_JSON, searchCondition } from './statements.js';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });

interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string | null;
}

interface ProductRow {
  readonly id: string;
  readonly name: string;
}

interface TicketRow {
  readonly id: string;
  readonly product_id: string | null;
  readonly created_by_id: string;
  readonly assigned_to_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date | null;
}

interface CommentRow {
  readonly id: string;
  readonly ticket_id: string;
  readonly author_id: string;
  readonly created_at: Date;
}

const TICKET = `id, number, title, description, type, priority, status, product_id, created_by_id, assigned_to_id, created_at, updated_at`;

async function all<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
  const { rows } = await pool.query<Row>(text, [...values]);
  return rows;
}

async function first<Row extends object>(text: string, values: readonly unknown[]): Promise<Row | null> {
  const [row] = await all<Row>(text, values);
  return row ?? null;
}

function byId<Row extends { readonly id: string }>(select: string): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const rows = await all<Row>(`${select} where id = any($1::uuid[])`, [ids]);
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

function createLoaders() {
  const pages = new Map<number, DataLoader<string, CommentRow[]>>();
  return {
    user: byId<UserRow>('select id, username, first_name as "firstName", last_name as "lastName" from "user"'),
    product: byId<ProductRow>('select id, name from product'),
    comments(count: number): DataLoader<string, CommentRow[]> {
      const known = pages.get(count);
      if (known) return known;
      const loader = new DataLoader<string, CommentRow[]>(async (ids) => {
        const rows = await all<CommentRow>(
          `select c.* from unnest($1::uuid[]) parent (id) cross join lateral (
             select id, ticket_id, content, author_id, created_at from comment
             where ticket_id = parent.id and deleted_at is null order by created_at, id limit $2) c`,
          [ids, count],
        );
        const found = Map.groupBy(rows, (row) => row.ticket_id);
        return ids.map((id) => found.get(id) ?? []);
      });
      pages.set(count, loader);
      return loader;
    },
  };
}

interface Context {
  readonly loaders: ReturnType<typeof createLoaders>;
}

interface TicketsArgs {
  readonly first: number;
  readonly search?: string;
  readonly status?: string;
  readonly priority?: string;
  readonly productId?: string;
}

const schema = createSchema<Context>({
  typeDefs: /* GraphQL */ `
    scalar DateTime

    type User {
      id: ID!
      username: String!
      firstName: String!
      lastName: String
    }

    type Product {
      id: ID!
      name: String!
    }

    type Comment {
      id: ID!
      content: String!
      createdAt: DateTime!
      author: User!
    }

    type Ticket {
      id: ID!
      number: Int!
      title: String!
      description: String!
      type: String!
      priority: String!
      status: String!
      createdAt: DateTime!
      updatedAt: DateTime
      createdBy: User!
      assignedTo: User
      product: Product
      comments(first: Int!): [Comment!]!
    }

    type StatusCount {
      status: String!
      count: Int!
    }

    type PriorityCount {
      priority: String!
      count: Int!
    }

    type TypeCount {
      type: String!
      count: Int!
    }

    type Workload {
      user: User!
      active: Int!
      inProgress: Int!
      emergency: Int!
    }

    type TicketInsights {
      total: Int!
      active: Int!
      unassigned: Int!
      stale: Int!
      byStatus: [StatusCount!]!
      byPriority: [PriorityCount!]!
      byType: [TypeCount!]!
      workload: [Workload!]!
    }

    type Query {
      ticket(id: ID!): Ticket
      tickets(first: Int!, search: String, status: String, priority: String, productId: ID): [Ticket!]!
      ticketInsights: TicketInsights!
    }

    type Mutation {
      createTicket(title: String!, description: String!, priority: String!, productId: ID!, createdById: ID!): Ticket!
      updateTicket(id: ID!, title: String!, priority: String!): Ticket!
    }
  `,
  resolvers: {
    Query: {
      ticket: async (_root, { id }: { id: string }) =>
        first<TicketRow>(`select ${TICKET} from ticket where id = $1 and deleted_at is null`, [id]),
      tickets: async (_root, { first: count, search, status, priority, productId }: TicketsArgs) => {
        const values: unknown[] = [count];
        const conditions = ['deleted_at is null'];
        for (const [column, value] of [
          ['status', status],
          ['priority', priority],
          ['product_id', productId],
        ] as const) {
          if (value !== undefined) conditions.push(`${column} = $${values.push(value)}`);
        }
        if (search !== undefined) conditions.push(searchCondition('ticket', `$${values.push(search)}`));
        return all<TicketRow>(
          `select ${TICKET} from ticket where ${conditions.join(' and ')} order by created_at desc, number desc limit $1`,
          values,
        );
      },
      ticketInsights: async () => (await first<{ insights: object }>(INSIGHTS_JSON, []))?.insights,
    },
    Mutation: {
      createTicket: async (_root, input: Record<string, string>) =>
        first<TicketRow>(
          `insert into ticket (title, description, priority, product_id, created_by_id) values ($1, $2, $3, $4, $5) returning ${TICKET}`,
          [input['title'], input['description'], input['priority'], input['productId'], input['createdById']],
        ),
      updateTicket: async (_root, input: Record<string, string>) =>
        first<TicketRow>(
          `update ticket set title = $2, priority = $3, updated_at = now(), version = version + 1 where id = $1 returning ${TICKET}`,
          [input['id'], input['title'], input['priority']],
        ),
    },
    Ticket: {
      createdAt: (ticket: TicketRow) => ticket.created_at,
      updatedAt: (ticket: TicketRow) => ticket.updated_at,
      createdBy: async (ticket: TicketRow, _args, { loaders }) => loaders.user.load(ticket.created_by_id),
      assignedTo: async (ticket: TicketRow, _args, { loaders }) =>
        ticket.assigned_to_id && loaders.user.load(ticket.assigned_to_id),
      product: async (ticket: TicketRow, _args, { loaders }) =>
        ticket.product_id && loaders.product.load(ticket.product_id),
      comments: async (ticket: TicketRow, { first: count }: { first: number }, { loaders }) =>
        loaders.comments(count).load(ticket.id),
    },
    Comment: {
      createdAt: (comment: CommentRow) => comment.created_at,
      author: async (comment: CommentRow, _args, { loaders }) => loaders.user.load(comment.author_id),
    },
  },
});

const yoga = createYoga({ schema, context: () => ({ loaders: createLoaders() }), graphiql: false, logging: false });
createServer((request, response) => void yoga(request, response)).listen(Number(process.env['PORT']), '127.0.0.1');
