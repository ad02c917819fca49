import { type FastifyInstance } from 'fastify';
import { sendPage } from '../mail/send-page.js';
import { type NotificationSettingsService } from './notification-settings.service.js';
import { askPage, donePage, noAccountPage, notValidPage } from './unsubscribe.pages.js';
import { type UnsubscribeTokens } from './unsubscribe-tokens.js';

/** `List-Unsubscribe=One-Click`, with room for a multipart frame. */
const MAX_BODY_BYTES = 4096;

interface TokenParameters {
  Params: { token: string };
}

/**
 * The links in mails (RFC 8058). GET /unsubscribe/:token only shows a page with a button, as mail scanners follow links;
 * POST, from that button or from the mail program itself, unsubscribes. The token alone gives the right: no cookie and
 * no sign-in, so there is nothing that another site could make a browser misuse.
 */
export async function unsubscribeRoutes(
  app: FastifyInstance,
  { tokens, settings }: { tokens: UnsubscribeTokens; settings: NotificationSettingsService },
): Promise<void> {
  // Mail programs post a form in either encoding. Its content is ignored: the URL holds the token.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null));

  app.get<TokenParameters>('/unsubscribe/:token', async (request, reply) => {
    const subscription = tokens.read(request.params.token);
    return subscription === null
      ? sendPage(reply, 404, notValidPage())
      : sendPage(reply, 200, askPage(subscription.kind));
  });

  app.post<TokenParameters>('/unsubscribe/:token', { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    const subscription = tokens.read(request.params.token);
    if (subscription === null) return sendPage(reply, 404, notValidPage());
    const done = await settings.unsubscribe(subscription);
    return done ? sendPage(reply, 200, donePage(subscription.kind)) : sendPage(reply, 410, noAccountPage());
  });
}
