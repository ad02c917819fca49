import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

// Evaluated for each test file, in which runner.mjs has left what belongs to it.
const { config, ...globals } = globalThis[Symbol.for('docket.test-globals')];
const mocker = new ModuleMocker(globalThis);
const timers = new ModernFakeTimers({ config, global: globalThis });

/** The exports of @jest/globals that tests use. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = globals;

export const jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
  useFakeTimers: timers.useFakeTimers.bind(timers),
  useRealTimers: timers.useRealTimers.bind(timers),
  advanceTimersByTimeAsync: timers.advanceTimersByTimeAsync.bind(timers),
  setTimeout(milliseconds) {
    globalThis[Symbol.for('TEST_TIMEOUT_SYMBOL')] = milliseconds;
  },
};

/** At the end of a file, as the next one shares the objects that it has replaced. */
export function restore() {
  mocker.restoreAllMocks();
  timers.dispose();
}
