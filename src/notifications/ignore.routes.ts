import { type FastifyInstance } from 'fastify';
import { sendPage } from '../mail/send-page.js';
import { askToIgnorePage, ignoredPage, nothingToIgnorePage } from './ignore.pages.js';
import { type IgnoreTokens } from './ignore-tokens.js';
import { type TicketIgnoring } from './ticket-ignoring.js';

/** The form has no fields. */
const MAX_BODY_BYTES = 4096;

interface TokenParameters {
  Params: { token: string };
}

/**
 * The links in mails about a ticket by which their recipient ignores it. GET only shows a page with a button, as mail
 * scanners follow links; its POST ignores. The token alone gives the right: no cookie and no sign-in, so there is nothing
 * that another site could make a browser misuse.
 */
export async function ignoreRoutes(
  app: FastifyInstance,
  { tokens, ignoring }: { tokens: IgnoreTokens; ignoring: TicketIgnoring },
): Promise<void> {
  // Its content is ignored: the URL holds the token.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null));

  app.get<TokenParameters>('/ignore/:token', async (request, reply) => {
    const ignored = tokens.read(request.params.token);
    const number = ignored && (await ignoring.find(ignored));
    return number === null
      ? sendPage(reply, 404, nothingToIgnorePage())
      : sendPage(reply, 200, askToIgnorePage(number));
  });

  app.post<TokenParameters>('/ignore/:token', { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    const ignored = tokens.read(request.params.token);
    const number = ignored && (await ignoring.ignore(ignored));
    return number === null ? sendPage(reply, 404, nothingToIgnorePage()) : sendPage(reply, 200, ignoredPage(number));
  });
}
