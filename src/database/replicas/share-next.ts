/**
 * Coalesces calls: those that come while a query is under way share the next one, so that each gets a result that was
 * requested after the call. At most one query is under way at a time.
 */
export function shareNext<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<Answer> | undefined;
  const askNext = async () => {
    await underWay;
    next = undefined;
    const answer = ask();
    underWay = answer.catch(() => undefined);
    return answer;
  };
  return async () => (next ??= askNext());
}
