import type { FastifyInstance } from 'fastify';
import { acceptsEncoding } from '../http/compression.js';
import { forBrowsers, readerStrategy } from './browser-constraint.js';
import { explorerAssets } from './explorer.assets.js';
import { ASSETS_PATH, explorerPage } from './explorer.page.js';

/** GraphiQL's editor sets inline styles; its fonts and images are data: URLs, and it fetches nothing from elsewhere. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** An asset's name holds its version. */
const FOR_A_YEAR = 'public, max-age=31536000, immutable';

/**
 * Gives browsers a page to try the API with, at GET /graphql, and the page's files. Every other request to /graphql goes to
 * the route that is registered for that path without a constraint, before or after this one.
 */
export async function explorerRoutes(app: FastifyInstance): Promise<void> {
  const files = await explorerAssets();
  const page = explorerPage(files);
  const assets = new Map([files.style, ...files.scripts].map((asset) => [asset.name, asset]));

  app.addConstraintStrategy(readerStrategy);

  app.get('/graphql', { constraints: forBrowsers }, async (_request, reply) =>
    reply
      .headers({
        'Content-Security-Policy': PAGE_POLICY,
        'Cache-Control': 'no-cache',
        Vary: 'Accept',
      })
      .type('text/html; charset=utf-8')
      .send(page),
  );

  app.get<{ Params: { name: string } }>(`${ASSETS_PATH}/:name`, async (request, reply) => {
    const asset = assets.get(request.params.name);
    if (asset === undefined) return reply.callNotFound();
    const { plain, gzipped } = await asset.load();
    void reply.type(asset.contentType).headers({ 'Cache-Control': FOR_A_YEAR, Vary: 'Accept-Encoding' });
    if (!acceptsEncoding(request.headers['accept-encoding'], 'gzip')) return reply.send(plain);
    return reply.header('Content-Encoding', 'gzip').send(gzipped);
  });
}
