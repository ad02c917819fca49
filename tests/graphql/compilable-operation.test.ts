import { describe, expect, test } from '@jest/globals';
import { getOperationAST, parse, validate } from 'graphql';
import { DOCKET_DOCUMENTS } from '../../bench/documents.js';
import { CompilableOperations } from '../../src/graphql/compilable-operation.js';
import { createSchema } from '../../src/app/schema.js';

const schema = createSchema();
const operations = new CompilableOperations(schema);

function isCompilable(query: string): boolean {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no one operation');
  return operations.includes(document, operation);
}

const VARIABLES = '$first: Int!, $after: String, $filter: TicketFilter, $orderBy: [TicketOrder!]';
const ARGUMENTS = 'first: $first, after: $after, filter: $filter, orderBy: $orderBy';

describe('what clients send for a list page is compiled', () => {
  test.each([
    [
      'Apollo Client',
      `query TicketList(${VARIABLES}) {
        tickets(${ARGUMENTS}) {
          totalCount
          nodes { ...TicketRow __typename }
          pageInfo { endCursor hasNextPage __typename }
          __typename
        }
      }
      fragment TicketRow on Ticket {
        id number title status createdBy { id name __typename } assignedTo { id name __typename }
        comments(first: 3) { nodes { id content __typename } __typename } __typename
      }`,
    ],
    [
      'urql',
      `query (${VARIABLES}) {
        tickets(${ARGUMENTS}) { edges { cursor node { id title viewerCanEdit __typename } __typename } __typename }
      }`,
    ],
    [
      'Relay',
      `query TicketListPaginationQuery(${VARIABLES}) { ...TicketList_query }
      fragment TicketList_query on Query {
        tickets(${ARGUMENTS}) {
          edges { node { id ...TicketRow_ticket __typename } cursor }
          pageInfo { endCursor hasNextPage }
        }
      }
      fragment TicketRow_ticket on Ticket { number title priority product { name id } }`,
    ],
    [
      "Relay's refetching by id",
      `query TicketRefetchQuery($id: ID!) { node(id: $id) { __typename ...Ticket_ticket id } }
      fragment Ticket_ticket on Ticket { title history(first: 10) { edges { node { kind id __typename } cursor } } id }`,
    ],
    [
      'a list with literals',
      '{ tickets(first: 20, filter: { active: true, status: [OPEN, ON_HOLD] }) { nodes { id } } }',
    ],
    [
      'variables inside of an input object',
      'query ($s: TicketStatus!) { tickets(filter: { status: [$s] }) { totalCount } }',
    ],
    ["the benchmark's page", DOCKET_DOCUMENTS.page ?? ''],
    ["the benchmark's ticket", DOCKET_DOCUMENTS.ticket ?? ''],
    ["the benchmark's filtered page", DOCKET_DOCUMENTS.filtered ?? ''],
  ])('%s', (_client, query) => {
    expect(isCompilable(query)).toBe(true);
  });
});

describe('what graphql-jit may answer differently is not compiled', () => {
  test.each([
    ['a directive on a field', '{ viewer { id name @include(if: true) } }'],
    ['a directive with a variable', 'query ($with: Boolean!) { viewer { id name @skip(if: $with) } }'],
    ['a directive in a fragment', '{ viewer { ...F } } fragment F on User { id ... @include(if: true) { name } }'],
    ['a key with "_"', '{ my_self: viewer { id } }'],
    ['a key like the index of a list', '{ viewer { idx0: role { id } } }'],
    ['a key like a type', '{ User: viewer { id } }'],
    ['a key of Object.prototype', '{ constructor: viewer { id } }'],
    ['a variable of Object.prototype', 'query ($valueOf: ID!) { user(id: $valueOf) { id } }'],
    [
      'a variable named like a computed argument',
      'query ($docketArgument0: ID!) { user(id: $docketArgument0) { id } }',
    ],
    ['introspection', '{ __schema { queryType { name } } }'],
    ['an alias of __typename', '{ viewer { kind: __typename } }'],
    ['more than 300 fields', `{ ${Array.from({ length: 301 }, (_, at) => `a${at}: viewer { id }`).join(' ')} }`],
  ])('%s', (_case, query) => {
    expect(isCompilable(query)).toBe(false);
  });
});
