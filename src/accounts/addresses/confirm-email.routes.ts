import { type FastifyInstance } from 'fastify';
import { UserErrorCode, UserInputError } from '../../common/user-errors.js';
import { page } from '../../mail/page.js';
import { sendPage } from '../../mail/send-page.js';
import { html } from '../../mail/templates/html.js';
import { type EmailConfirmationService } from './email-confirmation.service.js';

/** The form says nothing that the address does not say. */
const MAX_BODY_BYTES = 4096;

const STATUS: Partial<Record<UserErrorCode, number>> = {
  [UserErrorCode.INVALID_CREDENTIALS]: 404,
  [UserErrorCode.TAKEN]: 409,
  [UserErrorCode.EXPIRED]: 410,
};

interface TokenParameters {
  Params: { token: string };
}

const ASK = page(
  'Confirm your e-mail address',
  html`<h1>Confirm your e-mail address</h1>
    <p>Your account uses this address from then on.</p>
    <form method="post"><button type="submit">Confirm the address</button></form>
    <p class="soft">You do not know of any account? Just close this page.</p>`,
);

const DONE = page(
  'Address confirmed',
  html`<h1>Your address is confirmed</h1>
    <p>You can close this page.</p>`,
);

const refused = (message: string) =>
  page(
    'Address not confirmed',
    html`<h1>The address was not confirmed</h1>
      <p>${message}</p>`,
  );

/**
 * The page that a mail to a new address links to. GET shows a button only, as mail scanners follow links; its POST
 * confirms. The token alone gives the right: there is nothing that another site could make a browser misuse.
 */
export async function confirmEmailRoutes(
  app: FastifyInstance,
  { confirmations }: { confirmations: EmailConfirmationService },
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null));

  app.get('/confirm-email/:token', async (_request, reply) => sendPage(reply, 200, ASK));

  app.post<TokenParameters>('/confirm-email/:token', { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    try {
      await confirmations.confirm(request.params.token);
      return sendPage(reply, 200, DONE);
    } catch (error) {
      const [fault] = error instanceof UserInputError ? error.userErrors : [];
      if (fault === undefined) throw error;
      return sendPage(reply, STATUS[fault.code] ?? 400, refused(fault.message));
    }
  });
}
