import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type RowAccount } from '../database/query.js';
import { inScope } from './scope.js';
import { secretsSent } from './secrets.js';
import { type Tracing } from './tracing/tracing.js';
import { type Span } from './tracing/span.js';

/** Polled every few seconds, and therefore not logged. */
const UNTRACED = new Set(['/healthz', '/readyz', '/metrics']);

/** The route's pattern and not its URL: what an unsubscribe link has in it is a secret. */
function beginSpan(tracing: Tracing, { method, headers, routeOptions, id }: FastifyRequest): Span | undefined {
  const { url: route } = routeOptions;
  if (route === undefined || UNTRACED.has(route)) return undefined;
  const parent = headers['traceparent'];
  return tracing.root(`${method} ${route}`, {
    kind: 'server',
    parent: typeof parent === 'string' ? parent : undefined,
    attributes: { 'http.request.method': method, 'http.route': route, 'docket.request_id': id },
  });
}

/**
 * Gives each request its scope: for the log, for what is read for it, and with tracing a span that is as long as the
 * request.
 */
export function requestScopes(
  http: FastifyInstance,
  options: {
    readonly tracing: Tracing | undefined;
    readonly accountOf: (request: FastifyRequest, reply: FastifyReply) => RowAccount;
  },
): void {
  const { tracing, accountOf } = options;
  const spans = new WeakMap<FastifyRequest, Span>();
  if (tracing) {
    http.addHook('onRequest', async (request) => {
      const span = beginSpan(tracing, request);
      if (span) spans.set(request, span);
    });
    http.addHook('onResponse', async (request, { statusCode }) => {
      const span = spans.get(request);
      span?.set({ 'http.response.status_code': statusCode });
      span?.end(statusCode >= 500 ? String(statusCode) : undefined);
    });
  }
  // Not earlier: while the body is read, Node runs outside of the scope.
  http.addHook('preHandler', (request, reply, done) => {
    const secrets = () => secretsSent(request.headers.authorization, request.body);
    const account = accountOf(request, reply);
    inScope({ fields: { requestId: request.id }, secrets, account, span: spans.get(request) }, done);
  });
}
