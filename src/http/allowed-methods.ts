import { type FastifyInstance } from 'fastify';
import { errorBody } from './http-errors.js';

/** CORS answers it for every path. */
const EVERYWHERE = 'OPTIONS';

/**
 * Answers 405 with Allow (RFC 9110, 15.5.6) where a path is known and its method is not, instead of 404. To be called
 * before the routes are registered; they are known when what it gives is called.
 */
export function refuseOtherMethods(http: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>();
  http.addHook('onRoute', ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    methodsOf.set(url, methods);
  });
  return () => {
    for (const [url, methods] of methodsOf) {
      const others = http.supportedMethods.filter((method) => method !== EVERYWHERE && !methods.has(method));
      if (url === '*' || others.length === 0) continue;
      const allow = [...new Set([...methods, EVERYWHERE])].join(', ');
      http.route({
        url,
        method: others,
        // Before the body is read, which is not needed.
        onRequest: async (request, reply) =>
          reply
            .status(405)
            .header('Allow', allow)
            .send(errorBody(request, `${request.method} is not possible here, only ${allow}.`, 'BAD_REQUEST')),
        handler: async () => {},
      });
    }
  };
}
