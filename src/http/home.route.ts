import { type FastifyInstance } from 'fastify';
import { forBrowsers } from '../explorer/browser-constraint.js';

interface HomeOptions {
  readonly publicUrl: string;
  /** The front end to redirect people to, instead of the explorer. */
  readonly frontEndUrl?: string | undefined;
  /** Whether the desk answers browsers at this path. */
  readonly hasDesk: boolean;
}

/** The route /: tells programs the URL of the API, and redirects browsers to the front end or the explorer where there is no desk. */
export async function homeRoute(app: FastifyInstance, { publicUrl, frontEndUrl, hasDesk }: HomeOptions): Promise<void> {
  // With the path of PUBLIC_URL: at /support, relative to which it would be /graphql, a browser may have no slash at the end.
  const explorer = `${new URL(publicUrl).pathname.replace(/\/$/, '')}/graphql`;
  const about = {
    name: 'Docket',
    api: `${publicUrl}/graphql`,
    usage: 'POST { "query": "…" } as application/json. A browser that opens the same address gets the explorer.',
    health: `${publicUrl}/healthz`,
    readiness: `${publicUrl}/readyz`,
  };
  if (!hasDesk) {
    app.get('/', { constraints: forBrowsers }, async (_request, reply) =>
      reply.header('Vary', 'Accept').redirect(frontEndUrl ?? explorer),
    );
  }
  app.get('/', async (_request, reply) => reply.header('Vary', 'Accept').send(about));
}
