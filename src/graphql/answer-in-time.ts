import { type FastifyReply } from 'fastify';
import { type Logger } from 'pino';
import { SLOW_DATABASE } from './format-error.js';

/** hardening.md, "Running": a full pool answers within six seconds. */
const ANSWER_WITHIN_MS = 5_500;
const LOOK_AGAIN_MS = 250;

/**
 * The answer, or SERVICE_UNAVAILABLE when it takes too long because every connection to the database is in use. Each
 * statement and each wait for a connection has its own time-out, but a request has several of both. What was begun goes
 * on: whether a change was made is open then, as it is when the database goes away during a commit.
 * @param isPoolFull asked when the time is over, and until the answer has come: other slow answers are waited for
 */
export async function answerInTime(
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
    overdue.resolve(JSON.stringify({ errors: [SLOW_DATABASE] }));
  };
  let timer = setTimeout(look, ANSWER_WITHIN_MS);
  try {
    return await Promise.race([answer, overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}
