import { type FastifyInstance } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Metrics } from './metrics.js';

/** Who may read /metrics: anybody, nobody, or who sends the token (docs/decisions/0061-metrics-access.md). */
export type MetricsAccess = 'open' | 'closed' | { readonly token: string };

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** What Prometheus reads. Without access it looks like a route that is not there, or asks for the token. */
export async function metricsRoute(
  http: FastifyInstance,
  { metrics, access }: { metrics: Metrics; access: MetricsAccess },
): Promise<void> {
  if (access === 'closed') return;
  const expected = access === 'open' ? null : digest(`Bearer ${access.token}`);
  http.get('/metrics', async (request, reply) => {
    // Digests are compared, since they are of one length: the time tells nothing of the token.
    if (expected && !timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      await reply
        .status(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'Send METRICS_TOKEN as a bearer token.' });
      return;
    }
    const { contentType, text } = await metrics.print();
    await reply.type(contentType).send(text);
  });
}
