import Sequencer from '@jest/test-sequencer';

/** Files of more than fifteen seconds on two quiet cores: most wait for real timeouts, or run many documents. */
const SLOW = [
  'tests/jobs/job-queue.test.ts',
  'tests/app/process-ends.test.ts',
  'tests/cli/restore.test.ts',
  'tests/database/embedded-database.test.ts',
  'tests/tickets/list-plans.test.ts',
  'tests/graphql/compiled-answers.test.ts',
  'tests/graphql/paging.test.ts',
  'tests/postgres/pgbouncer.test.ts',
];

function isSlow({ path }) {
  return SLOW.some((file) => path.endsWith(file));
}

/**
 * Starts the slow files first, so that none of them runs alone at the end. Jest does so by the durations of earlier runs, which a
 * fresh clone has not.
 */
export default class SlowFilesFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- the base class's method of the same name
    const sorted = super.sort(tests);
    return [...sorted.filter(isSlow), ...sorted.filter((test) => !isSlow(test))];
  }
}
