import { type FastifyInstance } from 'fastify';

/** Nothing but the page's own script and style, and a call to our own API. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Set a new password – Docket</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 24rem; margin: 12vh auto; padding: 0 1rem; }
      label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
      input, button { padding: 0.6rem; margin: 0.3rem 0 1rem; }
    </style>
    <script src="reset-password/script.js" defer></script>
  </head>
  <body>
    <h1>Set a new password</h1>
    <form>
      <label for="password">New password, 8 to 128 characters</label>
      <input id="password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required autofocus />
      <button>Set the password</button>
    </form>
    <p role="status"></p>
    <noscript><p>This page needs JavaScript: it takes the token from the link without telling the server's log.</p></noscript>
  </body>
</html>
`;

const SCRIPT = `'use strict';
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
// The secret does not stay in the address bar or in the history.
history.replaceState(null, '', location.pathname);
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const query = 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { userErrors { message } } }';
  const variables = { input: { token, newPassword: document.querySelector('#password').value } };
  try {
    const response = await fetch('graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = await response.json();
    const faults = [...errors, ...(data?.resetPassword?.userErrors ?? [])].map(({ message }) => message);
    if (faults.length === 0) form.hidden = true;
    status.textContent = faults.length === 0 ? 'Your password is set. Sign in with it.' : faults.join(' ');
  } catch {
    status.textContent = 'The server could not be reached. Try again.';
  }
});
`;

/**
 * The page that the mail about a forgotten password links to, for installations whose front end has none of its own:
 * it calls `resetPassword` with the token in the link's fragment. Its own addresses are relative: a proxy may take away a
 * path before them.
 */
export async function resetPasswordRoutes(app: FastifyInstance): Promise<void> {
  app.get('/reset-password', async (_request, reply) =>
    reply.header('Content-Security-Policy', POLICY).type('text/html; charset=utf-8').send(PAGE),
  );
  app.get('/reset-password/script.js', async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(SCRIPT),
  );
}
