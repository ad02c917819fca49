import bearerAuth from '@fastify/bearer-auth';
import { type FastifyInstance } from 'fastify';
import { type Metrics } from './metrics.js';

/** Who may read /metrics: anybody, nobody, or who sends the token (docs/decisions/0061-metrics-access.md). */
export type MetricsAccess = 'open' | 'closed' | { readonly token: string };

/** What Prometheus reads. Without access it looks like a route that is not there, or asks for the token. */
export async function metricsRoute(
  http: FastifyInstance,
  { metrics, access }: { metrics: Metrics; access: MetricsAccess },
): Promise<void> {
  if (access === 'closed') return;
  if (access !== 'open') await requireToken(http, access.token);
  http.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.print();
    await reply.type(contentType).send(text);
  });
}

async function requireToken(http: FastifyInstance, token: string): Promise<void> {
  http.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 401) reply.header('www-authenticate', 'Bearer');
  });
  await http.register(bearerAuth, {
    keys: new Set([token]),
    contentType: 'application/json; charset=utf-8',
    errorResponse: () => ({ error: 'Send METRICS_TOKEN as a bearer token.' }),
    verifyErrorLogLevel: 'debug',
  });
}
