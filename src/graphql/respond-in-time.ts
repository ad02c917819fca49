import { type FastifyReply } from 'fastify';
import { type Logger } from 'pino';
import { getOperationAST, OperationTypeNode, parse } from 'graphql';
import { maybeDone, SLOW_DATABASE } from './format-error.js';

/** docs/hardening.md, "Running": a full pool answers within six seconds. */
const ANSWER_WITHIN_MS = 5_500;
const LOOK_AGAIN_MS = 250;

/** Whether the operation is a mutation, which continues after the response. */
function asksForChange(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('query' in body) || typeof body.query !== 'string') return false;
  const name = 'operationName' in body && typeof body.operationName === 'string' ? body.operationName : undefined;
  try {
    return getOperationAST(parse(body.query), name)?.operation === OperationTypeNode.MUTATION;
  } catch {
    return false;
  }
}

/**
 * The answer, or SERVICE_UNAVAILABLE when it takes too long because every connection to the database is in use. Each
 * statement and each wait for a connection has its own time-out, but a request has several of both. The operation
 * continues in the background, so the outcome of a mutation is unknown, as when the connection breaks during a commit.
 * @param isPoolFull polled after the time-out: a slow response with free connections is awaited
 */
export async function respondInTime(
  answer: unknown,
  reply: FastifyReply,
  { isPoolFull, logger }: { isPoolFull: () => boolean; logger: Logger },
): Promise<unknown> {
  const overdue = Promise.withResolvers<unknown>();
  const look = () => {
    if (!isPoolFull()) {
      timer = setTimeout(look, LOOK_AGAIN_MS);
      return;
    }
    logger.warn({ requestId: reply.request.id }, 'A request was not answered in time, as the connection pool is full');
    void reply.status(503).type('application/json; charset=utf-8');
    const error = asksForChange(reply.request.body) ? maybeDone(SLOW_DATABASE) : SLOW_DATABASE;
    overdue.resolve(JSON.stringify({ errors: [error] }));
  };
  let timer = setTimeout(look, ANSWER_WITHIN_MS);
  try {
    return await Promise.race([answer, overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}
