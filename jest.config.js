/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/tests/**/*.test.ts', '<rootDir>/client/tests/**/*.test.ts'],
  testRunner: '<rootDir>/tests/support/jest/runner.mjs',
  testSequencer: '<rootDir>/tests/support/jest/sequencer.mjs',
  // Node loads what tests import (loader.mjs).
  transform: {},
  globalSetup: '<rootDir>/tests/support/global-setup.js',
  globalTeardown: '<rootDir>/tests/support/global-teardown.js',
  reporters: [
    'default',
    '<rootDir>/tests/support/mongodb-reporter.cjs',
    '<rootDir>/tests/support/pgbouncer-reporter.cjs',
    // The last one, as its line is to be the last of the run.
    '<rootDir>/tests/support/count-reporter.cjs',
  ],
  testTimeout: 30_000,
  // A worker is replaced when a file has ended above this.
  workerIdleMemoryLimit: '1GB',
  // The tests wait for PostgreSQL, processes and clocks most of the time: two at once take little more than half of the time.
  maxWorkers: 2,
};
