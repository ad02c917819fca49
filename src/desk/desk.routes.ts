import { type FastifyInstance } from 'fastify';
import { forBrowsers } from '../explorer/browser-constraint.js';
import { ticketNumber } from '../explorer/ticket-link.js';
import { acceptsEncoding } from '../http/compression.js';
import { type DeskFiles } from './desk.files.js';
import { deskPage, type DeskSettings } from './desk.page.js';

/** Everything comes from this server, and nothing inline runs. The base is the page's own: see deskPage. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/** An asset's name holds a hash of its content. */
const FOR_A_YEAR = 'public, max-age=31536000, immutable';

/** Paths that the desk shows something at, beside / and /tickets/:number. */
const PAGES = [
  '/tickets',
  '/tickets/new',
  '/me',
  '/insights',
  '/mails',
  '/products',
  '/products/:id',
  '/people',
  '/people/:id',
  '/roles',
  '/roles/:id',
];

interface DeskOptions {
  readonly files: DeskFiles;
  readonly settings: DeskSettings;
  readonly publicUrl: string;
}

/** The desk: the page at /, at PAGES and at /tickets/:number, and the files that it loads at /assets. */
export async function deskRoutes(app: FastifyInstance, { files, settings, publicUrl }: DeskOptions): Promise<void> {
  const publicPath = `${new URL(publicUrl).pathname.replace(/\/$/, '')}/`;
  const page = deskPage(files.page, publicPath, settings);
  const headers = { 'Content-Security-Policy': PAGE_POLICY, 'Cache-Control': 'no-cache' };

  // Programs get something else there: home.route.ts.
  app.get('/', { constraints: forBrowsers }, async (_request, reply) =>
    reply
      .headers({ ...headers, Vary: 'Accept' })
      .type('text/html; charset=utf-8')
      .send(page),
  );
  for (const path of PAGES) {
    app.get(path, async (_request, reply) => reply.headers(headers).type('text/html; charset=utf-8').send(page));
  }
  app.get<{ Params: { number: string } }>('/tickets/:number', async (request, reply) => {
    if (ticketNumber(request.params.number) === null) return reply.callNotFound();
    return reply.headers(headers).type('text/html; charset=utf-8').send(page);
  });

  app.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const file = files.assets.get(request.params.name);
    if (file === undefined) return reply.callNotFound();
    void reply.type(file.contentType).headers({ 'Cache-Control': FOR_A_YEAR, Vary: 'Accept-Encoding' });
    if (!acceptsEncoding(request.headers['accept-encoding'], 'gzip')) return reply.send(file.plain);
    return reply.header('Content-Encoding', 'gzip').send(file.gzipped);
  });
}
