import { expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { formatError } from '../../src/graphql/format-error.js';
import { DatabaseUnavailableError } from '../../src/database/unavailable-error.js';
import { TimeoutError } from '../../src/common/timeout.js';

const codeFor = (original: Error) => {
  const error = new GraphQLError(original.message, { path: ['tickets'], originalError: original });
  return formatError(error.toJSON(), error).extensions?.['code'];
};

test.each([
  // What `pg` says without a code, wrapped where the statement was sent (database/pooled-connection.ts).
  new DatabaseUnavailableError('no connection', new Error('Client was closed and is not queryable')),
  new DatabaseUnavailableError('connection lost', new Error('Connection terminated unexpectedly')),
  new DatabaseUnavailableError('pool full', new Error('timeout exceeded when trying to connect')),
  // Of a connection that has fallen silent.
  new TimeoutError(12_000),
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' }),
  Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }),
])('"$message" means that the database cannot be used just now', (error) => {
  expect(codeFor(error)).toBe('SERVICE_UNAVAILABLE');
});

test('anything else is ours', () => {
  expect(codeFor(new Error('x is not a function'))).toBe('INTERNAL_SERVER_ERROR');
  expect(codeFor(Object.assign(new Error('syntax error'), { code: '42601' }))).toBe('INTERNAL_SERVER_ERROR');
});
