// The floor: what node:http and one SQL statement that builds the answer's JSON take. No GraphQL, no checks.
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Pool } from 'pg';
import { INSIGHTS_JSON, searchCondition } from './statements.js';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const user = (alias: string) =>
  `case when ${alias}.id is not null then json_build_object('id', ${alias}.id, 'username', ${alias}.username, 'firstName', ${alias}.first_name, 'lastName', ${alias}.last_name) end`;

const PEOPLE = `join "user" creator on creator.id = t.created_by_id left join "user" assignee on assignee.id = t.assigned_to_id`;

const LIST = (where: string) => `
  select json_build_object('tickets', coalesce(json_agg(json_build_object(
    'id', t.id, 'number', t.number, 'title', t.title, 'type', t.type, 'priority', t.priority, 'status', t.status,
    'createdAt', ${iso('t.created_at')}, 'updatedAt', ${iso('t.updated_at')},
    'createdBy', ${user('creator')}, 'assignedTo', ${user('assignee')},
    'product', case when product.id is not null then json_build_object('id', product.id, 'name', product.name) end,
    'comments', comments.list) order by t.created_at desc, t.number desc), '[]'))::text as data
  from (select * from ticket t where t.deleted_at is null ${where} order by t.created_at desc, t.number desc limit 50) t
    ${PEOPLE} left join product on product.id = t.product_id
    cross join lateral (
      select coalesce(json_agg(json_build_object('id', c.id, 'content', c.content, 'createdAt', ${iso('c.created_at')},
        'author', ${user('author')}) order by c.created_at, c.id), '[]') as list
      from (select * from comment c where c.ticket_id = t.id and c.deleted_at is null order by c.created_at, c.id limit 3) c
        join "user" author on author.id = c.author_id) comments`;

const CHANGED = `json_build_object('id', t.id, 'number', t.number, 'title', t.title, 'priority', t.priority)`;

/** By operation: its statement, and the variables in the order of its parameters. */
const OPERATIONS: Readonly<Record<string, { readonly text: string; readonly parameters: readonly string[] }>> = {
  ticket: {
    text: `select json_build_object('ticket', json_build_object('id', t.id, 'number', t.number, 'title', t.title,
        'description', t.description, 'type', t.type, 'priority', t.priority, 'status', t.status,
        'createdAt', ${iso('t.created_at')}, 'createdBy', ${user('creator')}, 'assignedTo', ${user('assignee')}))::text as data
      from ticket t ${PEOPLE} where t.id = $1 and t.deleted_at is null`,
    parameters: ['id'],
  },
  page: { text: LIST(''), parameters: [] },
  filtered: {
    text: LIST('and t.status = $1 and t.priority = $2 and t.product_id = $3'),
    parameters: ['status', 'priority', 'productId'],
  },
  search: {
    text: LIST(`and t.status = $2 and ${searchCondition('t', '$1')}`),
    parameters: ['search', 'status'],
  },
  ticketInsights: {
    text: `select json_build_object('ticketInsights', insights)::text as data from (${INSIGHTS_JSON}) tally`,
    parameters: [],
  },
  createTicket: {
    text: `insert into ticket as t (title, description, priority, product_id, created_by_id) values ($1, $2, $3, $4, $5)
      returning json_build_object('createTicket', ${CHANGED})::text as data`,
    parameters: ['title', 'description', 'priority', 'productId', 'createdById'],
  },
  updateTicket: {
    text: `update ticket t set title = $2, priority = $3, updated_at = now(), version = version + 1 where id = $1
      returning json_build_object('updateTicket', ${CHANGED})::text as data`,
    parameters: ['id', 'title', 'priority'],
  },
};

async function answer(request: IncomingMessage): Promise<string> {
  const { query, variables }: { query: string; variables: Record<string, unknown> } = JSON.parse(await text(request));
  const operation = OPERATIONS[query];
  if (operation === undefined) return '{"errors":["There is no such operation"]}';
  const { rows } = await pool.query<{ data: string }>({
    name: query,
    text: operation.text,
    values: operation.parameters.map((name) => variables[name]),
  });
  return `{"data":${rows[0]?.data ?? 'null'}}`;
}

createServer((request, response) => {
  void answer(request).then(
    (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(process.env['PORT']), '127.0.0.1');
