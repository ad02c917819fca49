import type { FastifyInstance } from 'fastify';
import { acceptsEncoding } from '../http/compression.js';
import { forBrowsers, readerStrategy } from './browser-constraint.js';
import { explorerAssets } from './explorer.assets.js';
import { ASSETS_PATH, explorerPage } from './explorer.page.js';
import { explorerOnTicket, explorerOnTickets, ticketNumber } from './ticket-link.js';

/** GraphiQL's editor sets inline styles; its fonts and images are data: URLs, and it fetches nothing from elsewhere. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** An asset's name holds its version. */
const FOR_A_YEAR = 'public, max-age=31536000, immutable';

interface ExplorerOptions {
  /** Where tickets are shown instead of here; not this server itself. */
  readonly frontEndUrl?: string | undefined;
}

/**
 * Gives browsers a page to try the API with, at GET /graphql, the page's files, and at /tickets and /tickets/:number the
 * page opened on the viewer's tickets or on that one. Every other request to /graphql goes to the route that is registered
 * for that path without a constraint, before or after this one.
 */
export async function explorerRoutes(app: FastifyInstance, { frontEndUrl }: ExplorerOptions): Promise<void> {
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

  // Where mails point to, unless there is a front end. Links in mails that went before it came lead on to it.
  app.get('/tickets', async (_request, reply) =>
    reply.redirect(frontEndUrl === undefined ? explorerOnTickets() : `${frontEndUrl}/tickets`),
  );
  app.get<{ Params: { number: string } }>('/tickets/:number', async (request, reply) => {
    const number = ticketNumber(request.params.number);
    if (number === null) return reply.callNotFound();
    return reply.redirect(frontEndUrl === undefined ? explorerOnTicket(number) : `${frontEndUrl}/tickets/${number}`);
  });

  app.get<{ Params: { name: string } }>(`${ASSETS_PATH}/:name`, async (request, reply) => {
    const asset = assets.get(request.params.name);
    if (asset === undefined) return reply.callNotFound();
    const { plain, gzipped } = await asset.load();
    void reply.type(asset.contentType).headers({ 'Cache-Control': FOR_A_YEAR, Vary: 'Accept-Encoding' });
    if (!acceptsEncoding(request.headers['accept-encoding'], 'gzip')) return reply.send(plain);
    return reply.header('Content-Encoding', 'gzip').send(gzipped);
  });
}
