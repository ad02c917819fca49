/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/tests/**/*.test.ts', '<rootDir>/client/tests/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest'] },
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
  // Each test file leaves about 45 MB of modules behind (jest#14605), so a process of all of them would reach Node's
  // limit of 4 GB. With this they run in a worker, which is replaced when a file has ended above the limit.
  workerIdleMemoryLimit: '1GB',
  // The tests wait for PostgreSQL, processes and clocks most of the time: two at once take little more than half of the time.
  maxWorkers: 2,
};
