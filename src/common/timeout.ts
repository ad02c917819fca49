export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/**
 * Waits for an operation, but not longer than the given milliseconds. The operation itself goes on; what comes of it
 * afterwards is ignored.
 *
 * @throws TimeoutError when the time is over
 */
export async function withTimeout<Result>(operation: Promise<Result>, milliseconds: number): Promise<Result> {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => over.reject(new TimeoutError(milliseconds)), milliseconds);
  try {
    return await Promise.race([operation, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
