// Who is measured: how each server is started, and how the same data is asked of it in the words of its own schema.
import { join } from 'node:path';
import { type WorkName } from './work.js';

export interface Contender {
  readonly name: string;
  /** The script that node runs. */
  readonly script: string;
  /** What it does beside answering, for the tables. */
  readonly note: string;
  /** Whether it is Docket: signed in by a token, and able to do all work. */
  readonly ours: boolean;
  /** By work: what is sent as `query`. All get the same variables. */
  readonly documents: Readonly<Partial<Record<WorkName, string>>>;
}

const USER = `{ id username firstName lastName }`;
const CHANGED = `id number title priority`;
const TICKET = `id number title description type priority status createdAt`;
const LISTED = `id number title type priority status createdAt updatedAt product { id name }`;

const OURS: Contender['documents'] = {
  ticket: `query ($id: ID!) { ticket(id: $id) { ${TICKET} createdBy ${USER} assignedTo ${USER} } }`,
  page: `{ tickets(first: 50) { nodes { ${LISTED} createdBy ${USER} assignedTo ${USER}
    comments(first: 3) { nodes { id content createdAt author ${USER} } } } } }`,
  filtered: `query ($status: TicketStatus!, $priority: TicketPriority!, $productId: ID!) {
    tickets(first: 50, filter: { status: [$status], priority: [$priority], productId: [$productId] }) {
      nodes { ${LISTED} createdBy ${USER} assignedTo ${USER}
        comments(first: 3) { nodes { id content createdAt author ${USER} } } } } }`,
  createTicket: `mutation ($title: String!, $description: String!, $priority: TicketPriority!, $productId: ID!) {
    createTicket(input: { title: $title, description: $description, priority: $priority, productId: $productId }) {
      ticket { ${CHANGED} } userErrors { code message } } }`,
  updateTicket: `mutation ($id: ID!, $title: String!, $priority: TicketPriority!) {
    updateTicket(input: { id: $id, title: $title, priority: $priority }) {
      ticket { ${CHANGED} } userErrors { code message } } }`,
  ticketInsights: `{ ticketInsights { total active unassigned stale byStatus { status count } byPriority { priority count } } }`,
  signIn: `mutation ($login: String!, $password: String!) {
    signIn(input: { login: $login, password: $password }) { accessToken refreshToken userErrors { code message } } }`,
};

/** Docket, as built in a folder of the repository: `dist`, or an earlier build to compare with. */
export function docket(root: string, dist: string, name = 'Docket'): Contender {
  return {
    name,
    script: join(root, dist, 'main.js'),
    note: 'signed in by a Bearer token; access rules; writes record the history',
    ours: true,
    documents: OURS,
  };
}

const POSTGRAPHILE_LIST = `nodes { ${LISTED.replace('product {', 'product: productByProductId {')}
    createdBy: userByCreatedById ${USER} assignedTo: userByAssignedToId ${USER}
    comments: commentsByTicketId(first: 3, orderBy: [CREATED_AT_ASC], condition: { deletedAt: null }) {
      nodes { id: rowId content createdAt author: userByAuthorId ${USER} } } }`;

/** Its own names: `rowId` is the column, `id` the Relay id. */
function withRowIds(document: string): string {
  return document.replaceAll(/\{ id /g, '{ id: rowId ');
}

/** Lists as plain arrays, arguments without an input object: what a schema written by hand for one client has. */
const PLAIN_LIST = `{ ${LISTED} createdBy ${USER} assignedTo ${USER} comments(first: 3) { id content createdAt author ${USER} } }`;
const PLAIN_MUTATIONS = {
  createTicket: `mutation ($title: String!, $description: String!, $priority: String!, $productId: ID!, $createdById: ID!) {
    createTicket(title: $title, description: $description, priority: $priority, productId: $productId, createdById: $createdById) { ${CHANGED} } }`,
  updateTicket: `mutation ($id: ID!, $title: String!, $priority: String!) {
    updateTicket(id: $id, title: $title, priority: $priority) { ${CHANGED} } }`,
};

/** The peers, built into bench/dist. */
export function peers(root: string): Contender[] {
  const script = (name: string) => join(root, 'bench/dist/peers', `${name}.js`);
  return [
    {
      name: 'floor',
      script: script('floor'),
      note: 'node:http and one SQL statement; no GraphQL, no authentication, no checks, no history',
      ours: false,
      documents: {
        ticket: 'ticket',
        page: 'page',
        filtered: 'filtered',
        createTicket: 'createTicket',
        updateTicket: 'updateTicket',
      },
    },
    {
      name: 'PostGraphile',
      script: script('postgraphile'),
      note: 'generated from the tables; no authentication, no rules, no history',
      ours: false,
      documents: {
        ticket: withRowIds(`query ($id: UUID!) { ticket: ticketByRowId(rowId: $id) {
          ${TICKET} createdBy: userByCreatedById ${USER} assignedTo: userByAssignedToId ${USER} } }`).replace(
          ' id number',
          ' id: rowId number',
        ),
        page: withRowIds(
          `{ tickets: allTickets(first: 50, orderBy: [CREATED_AT_DESC], condition: { deletedAt: null }) { ${POSTGRAPHILE_LIST} } }`,
        ),
        filtered: withRowIds(`query ($status: TicketStatus!, $priority: TicketPriority!, $productId: UUID!) {
          tickets: allTickets(first: 50, orderBy: [CREATED_AT_DESC],
            condition: { deletedAt: null, status: $status, priority: $priority, productId: $productId }) { ${POSTGRAPHILE_LIST} } }`),
        createTicket:
          withRowIds(`mutation ($title: String!, $description: String!, $priority: TicketPriority!, $productId: UUID!, $createdById: UUID!) {
          createTicket(input: { ticket: { title: $title, description: $description, priority: $priority, productId: $productId, createdById: $createdById } }) {
            ticket { ${CHANGED} } } }`),
        updateTicket: withRowIds(`mutation ($id: UUID!, $title: String!, $priority: TicketPriority!) {
          updateTicket: updateTicketByRowId(input: { rowId: $id, ticketPatch: { title: $title, priority: $priority } }) {
            ticket { ${CHANGED} } } }`),
      },
    },
    {
      name: 'Yoga',
      script: script('yoga'),
      note: 'SQL by hand and DataLoaders; no authentication, no rules, no history',
      ours: false,
      documents: {
        ticket: `query ($id: ID!) { ticket(id: $id) { ${TICKET} createdBy ${USER} assignedTo ${USER} } }`,
        page: `{ tickets(first: 50) ${PLAIN_LIST} }`,
        filtered: `query ($status: String!, $priority: String!, $productId: ID!) {
          tickets(first: 50, filter: { status: $status, priority: $priority, productId: $productId }) ${PLAIN_LIST} }`,
        ...PLAIN_MUTATIONS,
      },
    },
    {
      name: 'usual way',
      script: script('usual'),
      note: 'Apollo standalone, TypeGraphQL, MikroORM entities, DataLoaders; no authentication, no rules, no history',
      ours: false,
      documents: {
        ticket: `query ($id: ID!) { ticket(id: $id) { ${TICKET} createdBy ${USER} assignedTo ${USER} } }`,
        page: `{ tickets(first: 50) ${PLAIN_LIST} }`,
        filtered: `query ($status: String!, $priority: String!, $productId: ID!) {
          tickets(first: 50, status: $status, priority: $priority, productId: $productId) ${PLAIN_LIST} }`,
        ...PLAIN_MUTATIONS,
      },
    },
  ];
}
