import type { FastifyInstance } from 'fastify';
import { acceptsHtml } from './accepts-html.js';

type ConstraintStrategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type RouteHandler = Parameters<ReturnType<ConstraintStrategy['storage']>['set']>[1];

const BROWSER = 'browser';

/** For a route that only browsers opening a page get; the others get the same path's route without constraint. */
export const forBrowsers = { reader: BROWSER };

/** Whether the one who asks is a browser opening a page, and not a program that wants an answer to a query. */
export function wantsExplorer(request: { headers: { accept?: string | undefined } }): boolean {
  return acceptsHtml(request.headers.accept);
}

/** Teaches Fastify's router what `forBrowsers` means. */
export const readerStrategy: ConstraintStrategy = {
  name: 'reader',
  storage() {
    const handlers = new Map<unknown, RouteHandler>();
    return {
      get: (reader) => handlers.get(reader) ?? null,
      set: (reader, handler) => {
        handlers.set(reader, handler);
      },
    };
  },
  deriveConstraint: (request) => (wantsExplorer(request) ? BROWSER : undefined),
};
