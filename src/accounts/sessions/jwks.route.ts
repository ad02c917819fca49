import { type FastifyInstance } from 'fastify';
import { type SigningKeys } from './signing-keys.js';

/** Ten minutes, as long as an access token is valid by default. A client that meets an unknown key id asks again anyway. */
const CACHE_CONTROL = 'public, max-age=600';

/** The public keys by which others can check access tokens (RFC 7517, RFC 8414). */
export async function jwksRoute(http: FastifyInstance, { keys }: { readonly keys: SigningKeys }): Promise<void> {
  http.get('/.well-known/jwks.json', async (_request, reply) =>
    reply.type('application/jwk-set+json').header('Cache-Control', CACHE_CONTROL).send(JSON.stringify(keys.jwks)),
  );
}
