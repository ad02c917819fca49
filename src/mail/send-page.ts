import { type FastifyReply } from 'fastify';

/** No script, nothing to fetch, and forms to this server only. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Sends a page that a link in a mail leads to. */
export function sendPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply
    .code(status)
    .headers({ 'Content-Security-Policy': PAGE_POLICY, 'X-Robots-Tag': 'noindex' })
    .type('text/html; charset=utf-8')
    .send(page);
}
