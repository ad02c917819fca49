import { type FastifyInstance } from 'fastify';

/** Answers that are no pages show nothing and load nothing, whatever a browser takes them for. Pages have their own. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'";

/** Half a year. Preload lists of browsers need a year or more, and are not wanted. */
const HTTPS_ONLY = 'max-age=15768000';

/**
 * Headers for every answer, where its route has not set its own (docs/security.md has the table).
 * @param https whether people reach the server by HTTPS: then responses have Strict-Transport-Security
 */
export function securityHeaders(http: FastifyInstance, { https }: { https: boolean }): void {
  const defaults: Readonly<Record<string, string>> = {
    'content-security-policy': NO_PAGE,
    'x-content-type-options': 'nosniff',
    // Addresses of pages hold tokens.
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    // Responses depend on the viewer.
    'cache-control': 'no-store',
    ...(https && { 'strict-transport-security': HTTPS_ONLY }),
  };
  const entries = Object.entries(defaults);
  // With a callback: a hook that makes a promise takes as long as all its headers.
  http.addHook('onSend', (_request, reply, _payload, done) => {
    for (const [name, value] of entries) if (!reply.hasHeader(name)) reply.header(name, value);
    done();
  });
}
