// The same data asked of each server in the words of its own schema. All get the same variables.
import { type WorkName } from './work.js';

/** By work: what is sent as `query`. */
export type Documents = Readonly<Partial<Record<WorkName, string>>>;

const USER = `{ id username firstName lastName }`;
const CHANGED = `id number title priority`;
const TICKET = `id number title description type priority status createdAt`;
const LISTED = `id number title type priority status createdAt updatedAt product { id name }`;
const INSIGHTS = `total active unassigned stale byStatus { status count } byPriority { priority count } byType { type count }`;
const INSIGHTS_QUERY = `{ ticketInsights { ${INSIGHTS} workload { user ${USER} active inProgress emergency } } }`;

const OURS_LIST = `{ nodes { ${LISTED} createdBy ${USER} assignedTo ${USER}
  comments(first: 3) { nodes { id content createdAt author ${USER} } } } }`;

const ALSO_LISTED = `commentCount lastActivityAt lastComment { id content createdAt author ${USER} } url viewerCanChangeStatus
  viewerCanComment viewerCanCommentInternally viewerCanRestore`;

export const DOCKET_DOCUMENTS: Documents = {
  ticket: `query ($id: ID!) { ticket(id: $id) { ${TICKET} createdBy ${USER} assignedTo ${USER} } }`,
  page: `{ tickets(first: 50) ${OURS_LIST} }`,
  listed: `{ tickets(first: 50) ${OURS_LIST.replace('{ nodes { ', `{ counts { byStatus { status count } active unassigned } nodes { ${ALSO_LISTED} `)} }`,
  filtered: `query ($status: TicketStatus!, $priority: TicketPriority!, $productId: ID!) {
    tickets(first: 50, filter: { status: [$status], priority: [$priority], productId: [$productId] }) ${OURS_LIST} }`,
  search: `query ($search: String!, $status: TicketStatus!) {
    tickets(first: 50, filter: { search: $search, status: [$status] }) ${OURS_LIST} }`,
  ticketInsights: INSIGHTS_QUERY,
  createTicket: `mutation ($title: String!, $description: String!, $priority: TicketPriority!, $productId: ID!) {
    createTicket(input: { title: $title, description: $description, priority: $priority, productId: $productId }) {
      ticket { ${CHANGED} } userErrors { code message } } }`,
  updateTicket: `mutation ($id: ID!, $title: String!, $priority: TicketPriority!) {
    updateTicket(input: { id: $id, title: $title, priority: $priority }) {
      ticket { ${CHANGED} } userErrors { code message } } }`,
  signIn: `mutation ($login: String!, $password: String!) {
    signIn(input: { login: $login, password: $password }) { accessToken refreshToken userErrors { code message } } }`,
};

/** The floor has no documents: these are names of its statements. */
export const FLOOR_DOCUMENTS: Documents = {
  ticket: 'ticket',
  page: 'page',
  filtered: 'filtered',
  search: 'search',
  ticketInsights: 'ticketInsights',
  createTicket: 'createTicket',
  updateTicket: 'updateTicket',
};

const POSTGRAPHILE_LIST = `{ nodes { ${LISTED.replace('product {', 'product: productByProductId {')}
  createdBy: userByCreatedById ${USER} assignedTo: userByAssignedToId ${USER}
  comments: commentsByTicketId(first: 3, orderBy: [CREATED_AT_ASC], condition: { deletedAt: null }) {
    nodes { id: rowId content createdAt author: userByAuthorId ${USER} } } } }`;

function postgraphileList(condition: string): string {
  return `tickets: allTickets(first: 50, orderBy: [CREATED_AT_DESC], condition: { deletedAt: null ${condition} }) ${POSTGRAPHILE_LIST}`;
}

/** Its own names: `rowId` is the column, `id` the Relay id. */
function withRowIds(document: string): string {
  return document.replaceAll(/\{ id /g, '{ id: rowId ');
}

export const POSTGRAPHILE_DOCUMENTS: Documents = {
  ticket: withRowIds(`query ($id: UUID!) { ticket: ticketByRowId(rowId: $id) { ${TICKET}
    createdBy: userByCreatedById ${USER} assignedTo: userByAssignedToId ${USER} } }`),
  page: withRowIds(`{ ${postgraphileList('')} }`),
  filtered: withRowIds(`query ($status: TicketStatus!, $priority: TicketPriority!, $productId: UUID!) {
    ${postgraphileList('status: $status, priority: $priority, productId: $productId')} }`),
  search: withRowIds(`query ($search: String!, $status: TicketStatus!) {
    ${postgraphileList('search: $search, status: $status')} }`),
  ticketInsights: withRowIds(
    `{ ticketInsights { ${INSIGHTS} workload { user: person ${USER} active inProgress emergency } } }`,
  ),
  createTicket:
    withRowIds(`mutation ($title: String!, $description: String!, $priority: TicketPriority!, $productId: UUID!, $createdById: UUID!) {
    createTicket(input: { ticket: { title: $title, description: $description, priority: $priority, productId: $productId, createdById: $createdById } }) {
      ticket { ${CHANGED} } } }`),
  updateTicket: withRowIds(`mutation ($id: UUID!, $title: String!, $priority: TicketPriority!) {
    updateTicket: updateTicketByRowId(input: { rowId: $id, ticketPatch: { title: $title, priority: $priority } }) {
      ticket { ${CHANGED} } } }`),
};

/** Lists as plain arrays, arguments without an input object: what a schema written by hand for one client has. */
const PLAIN_LIST = `{ ${LISTED} createdBy ${USER} assignedTo ${USER} comments(first: 3) { id content createdAt author ${USER} } }`;

export const PLAIN_DOCUMENTS: Documents = {
  ticket: `query ($id: ID!) { ticket(id: $id) { ${TICKET} createdBy ${USER} assignedTo ${USER} } }`,
  page: `{ tickets(first: 50) ${PLAIN_LIST} }`,
  filtered: `query ($status: String!, $priority: String!, $productId: ID!) {
    tickets(first: 50, status: $status, priority: $priority, productId: $productId) ${PLAIN_LIST} }`,
  search: `query ($search: String!, $status: String!) { tickets(first: 50, search: $search, status: $status) ${PLAIN_LIST} }`,
  ticketInsights: INSIGHTS_QUERY,
  createTicket: `mutation ($title: String!, $description: String!, $priority: String!, $productId: ID!, $createdById: ID!) {
    createTicket(title: $title, description: $description, priority: $priority, productId: $productId, createdById: $createdById) { ${CHANGED} } }`,
  updateTicket: `mutation ($id: ID!, $title: String!, $priority: String!) {
    updateTicket(id: $id, title: $title, priority: $priority) { ${CHANGED} } }`,
};
