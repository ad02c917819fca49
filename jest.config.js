/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  globalSetup: '<rootDir>/tests/support/global-setup.js',
  globalTeardown: '<rootDir>/tests/support/global-teardown.js',
  reporters: [
    'default',
    '<rootDir>/tests/support/mongodb-reporter.cjs',
    // The last one, as its line is to be the last of the run.
    '<rootDir>/tests/support/count-reporter.cjs',
  ],
  testTimeout: 30_000,
};
