import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { DOCKET_DOCUMENTS } from '../../bench/documents.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
let ticketId: string;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  ({ id: ticketId } = await buildTicket(server, { createdBy: person }));
});
afterAll(async () => server.stop());

const PERSON = `fragment Person on User { __typename id username name role { __typename id name } }`;
const LISTED = `fragment Listed on Ticket { __typename id number title description details type priority status version
  createdAt updatedAt closedAt viewerCanEdit viewerCanAssign viewerCanDelete product { __typename id name type }
  createdBy { __typename ...Person } assignedTo { __typename ...Person } duplicateOf { __typename id number title } }`;
const PAGE_INFO = '__typename startCursor endCursor hasNextPage hasPreviousPage';

/** As Apollo Client, urql and Relay send them: with a typename in each selection, variables and fragments. */
const DOCUMENTS: [name: string, document: string, variables: Record<string, unknown>][] = [
  [
    'a page of a list with its count, a filter and an order',
    `query List($first: Int = 50, $after: String, $filter: TicketFilter, $orderBy: [TicketOrder!]) {
      tickets(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
        __typename totalCount pageInfo { ${PAGE_INFO} } edges { __typename cursor node { __typename ...Listed } }
      } } ${LISTED} ${PERSON}`,
    {
      filter: { active: true, search: 'printer', priority: ['HIGH', 'LOW'] },
      orderBy: { field: 'UPDATED_AT', direction: 'DESC' },
    },
  ],
  [
    'a hundred tickets with the last comments of each',
    `query Board($first: Int!, $comments: Int!) { tickets(first: $first) { __typename totalCount pageInfo { ${PAGE_INFO} }
      nodes { __typename ...Listed comments(last: $comments) { __typename totalCount nodes { __typename id content internal createdAt
        author { __typename ...Person } } } } } } ${LISTED} ${PERSON}`,
    { first: 100, comments: 5 },
  ],
  [
    'a ticket with everything about it',
    `query Page($id: ID!) { viewer { __typename ...Person } ticket(id: $id) { __typename ...Listed
      comments(first: 100) { __typename totalCount pageInfo { ${PAGE_INFO} } edges { __typename cursor node { __typename id content
        viewerCanEdit viewerCanDelete createdAt updatedAt author { __typename ...Person } } } }
      history(last: 100) { __typename totalCount pageInfo { ${PAGE_INFO} } nodes { __typename id kind createdAt
        actor { __typename ...Person } changes { __typename field from to } } }
      duplicates { __typename id number title status } similar { __typename score ticket { __typename id number title status } } } }
      ${LISTED} ${PERSON}`,
    {},
  ],
  [
    'a dashboard',
    `query Home { viewer { __typename ...Person assignedTickets(filter: { active: true }) { __typename totalCount nodes { ...Listed } }
      createdTickets(first: 10) { __typename totalCount nodes { ...Listed } } }
      unassigned: tickets(first: 10, filter: { unassigned: true, active: true }) { __typename totalCount nodes { ...Listed } }
      urgent: tickets(first: 10, filter: { priority: [EMERGENCY], active: true }) { __typename totalCount nodes { ...Listed } }
      ticketInsights { __typename total active unassigned stale byStatus { status count } byPriority { priority count }
        byType { type count } byProduct { count product { id name } } workload { active inProgress emergency closedInRange
        user { ...Person } } created { day count } closed { day count } medianSecondsToClose } }
      ${LISTED} ${PERSON}`,
    {},
  ],
  [
    'a hundred people with how much each has to do',
    `query People { users(first: 100) { __typename totalCount nodes { ...Person
      assignedTickets(first: 1, filter: { active: true }) { totalCount nodes { id number title } } } } } ${PERSON}`,
    {},
  ],
  [
    'a search while typing, of everything',
    `query Search($words: String!) { tickets(first: 20, filter: { search: $words }) { nodes { ...Listed } }
      comments(first: 20, filter: { search: $words }) { nodes { id content ticket { id number title } author { ...Person } } }
      users(first: 10, filter: { search: $words }) { nodes { ...Person } } products(first: 10, filter: { search: $words }) { nodes { id name } }
      similarTickets(input: { title: $words }) { score ticket { id number title } } } ${LISTED} ${PERSON}`,
    { words: 'printer' },
  ],
  [
    'filters that a person has put together, for each of ten people',
    'query ($filter: TicketFilter) { users(first: 10) { nodes { createdTickets(first: 5, filter: $filter) { nodes { id } } } } }',
    { filter: { and: Array.from({ length: 20 }, (_, i) => ({ or: [{ active: i % 2 === 0 }] })) } },
  ],
  [
    'a list of a hundred tickets by their ids',
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Ticket { ...Listed } } }' + LISTED + PERSON,
    { ids: Array.from({ length: 100 }, () => '019acb4e-3a3c-7b7e-9a53-27f3b7a3a0aa') },
  ],
];

test.each(DOCUMENTS)('what clients ask for passes: %s', async (_name, document, variables) => {
  expect((await person.client.send(document, { id: ticketId, ...variables })).errors).toEqual([]);
});

const BENCH_VARIABLES = {
  status: 'CLOSED',
  priority: 'LOW',
  productId: '019acb4e-3a3c-7b7e-9a53-27f3b7a3a0aa',
  search: 'printer',
  title: 'The printer burns',
  description: 'It smells of toner.',
};

test.each(Object.entries(DOCKET_DOCUMENTS).filter(([name]) => name !== 'signIn'))(
  'what npm run bench measures passes: %s',
  async (_name, document) => {
    expect((await person.client.send(document, { ...BENCH_VARIABLES, id: ticketId })).errors).toEqual([]);
  },
);

test('the documents of scripts/demo.ts and of the samples in the explorer pass', async () => {
  const files = ['../../scripts/demo.ts', '../../src/explorer/bootstrap-script.ts'];
  const texts = await Promise.all(files.map(async (file) => readFile(new URL(file, import.meta.url), 'utf8')));
  const documents = texts.flatMap((text) =>
    [...text.matchAll(/`\s*((?:query|mutation)\b[^`$]*(?:\$\w+[^`$]*)*)`/g)].map(([, document]) => document ?? ''),
  );
  expect(documents.length).toBeGreaterThan(4);
  for (const document of documents) {
    const { errors } = await person.client.send(document, {});
    // Without their variables.
    expect(errors.filter(({ extensions }) => extensions.code !== 'BAD_USER_INPUT')).toEqual([]);
  }
});
