import { type FastifyInstance } from 'fastify';
import { type Metrics } from './metrics.js';
import { ruleOfBody } from './refusal.js';

/** Counts bodies that HTTP refuses, of which GraphQL never hears. */
export function countRefusedBodies(http: FastifyInstance, metrics: Metrics): void {
  http.addHook('onError', async (_request, _reply, error) => {
    const rule = ruleOfBody(error.code);
    if (rule) metrics.requestRefused(rule);
  });
}
