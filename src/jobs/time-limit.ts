import { setTimeout as delay } from 'node:timers/promises';

export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/**
 * Waits for an operation, but not longer than the given milliseconds. The operation itself goes on; what comes of it
 * afterwards is ignored.
 *
 * @throws NoAnswerError when the time is over
 */
export async function withinTime<Result>(operation: Promise<Result>, milliseconds: number): Promise<Result> {
  const timer = new AbortController();
  try {
    return await Promise.race([operation, rejectAfter(milliseconds, timer.signal)]);
  } finally {
    timer.abort();
  }
}

async function rejectAfter(milliseconds: number, signal: AbortSignal): Promise<never> {
  await delay(milliseconds, undefined, { signal });
  throw new NoAnswerError(milliseconds);
}
