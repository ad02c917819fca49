import { describe, expect, test } from '@jest/globals';
import { faultsOf, type StepResult, tableOf } from '../../system-tests/chaos/running-verdict.js';

const step = (changes: Partial<StepResult> = {}): StepResult => ({
  what: 'PostgreSQL restarted',
  acknowledged: 10,
  lost: 0,
  answers: { OK: 90, ECONNREFUSED: 3 },
  slowestMs: 5_500,
  readyAfterMs: 9_900,
  faults: [],
  ...changes,
});

describe('the verdict over what was done to a running server', () => {
  test('has nothing to say when all bars are met, and nobody there is no loss', () => {
    expect(faultsOf(step())).toEqual([]);
  });

  test.each([
    ['a lost write', { lost: 1 }, '1 acknowledged writes lost'],
    ['a reset connection', { answers: { OK: 1, ECONNRESET: 2 } }, '2 × ECONNRESET'],
    ['an answer that never came', { answers: { OK: 1, ABORT_ERR: 1 } }, '1 × ABORT_ERR'],
    ['an error that was not to be', { answers: { OK: 1, SERVICE_UNAVAILABLE: 1 } }, '1 × SERVICE_UNAVAILABLE'],
    ['an answer without GraphQL', { answers: { OK: 1, 'HTTP 502': 4 } }, '4 × HTTP 502'],
    ['a slow answer', { slowestMs: 6_001 }, 'an answer took 6001 ms'],
    ['a server that is ready too late', { readyAfterMs: 10_001 }, 'ready after 10001 ms'],
    ['a server that stays away', { readyAfterMs: null }, 'never ready again'],
    ['a step in which nothing was tried', { answers: { ECONNREFUSED: 1 } }, 'nothing was answered'],
    ['what the step itself found', { faults: ['exit code 1'] }, 'exit code 1'],
  ])('names %s', (_what, changes, fault) => {
    expect(faultsOf(step(changes))).toEqual([fault]);
  });

  test('lets a step answer with the codes that it may, and with no other', () => {
    const answers = { OK: 1, SERVICE_UNAVAILABLE: 5, INTERNAL_SERVER_ERROR: 1 };
    expect(faultsOf(step({ answers }), { codes: ['SERVICE_UNAVAILABLE'] })).toEqual(['1 × INTERNAL_SERVER_ERROR']);
  });

  test('lets a kill leave requests without an answer, but not answer with errors', () => {
    const answers = { OK: 1, ECONNRESET: 5, EPIPE: 1, INTERNAL_SERVER_ERROR: 1 };
    expect(faultsOf(step({ answers }), { unanswered: true })).toEqual(['1 × INTERNAL_SERVER_ERROR']);
  });

  test('becomes a row', () => {
    expect(tableOf([{ result: step(), faults: ['x', 'y'] }]).split('\n')[2]).toBe(
      '| PostgreSQL restarted | 10 | 0 | 90 × OK, 3 × ECONNREFUSED; slowest 5.5 s | 9.9 s | **x; y** |',
    );
  });
});
