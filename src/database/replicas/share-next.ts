/**
 * Lets many calls share one question, and gives each an answer that was asked for after the call: those that come while
 * a question is under way share the next one. At most one is under way at a time.
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
