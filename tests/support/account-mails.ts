import { sql } from 'kysely';
import { waitFor } from '../jobs/wait-for.js';
import { select } from './database-state.js';
import { type TestServer } from './server.js';

/**
 * Sends the mails about accounts that wait, until none does: a sweep leaves out those that are locked at this moment, and
 * those that the SMTP server has not taken.
 */
export async function sendAccountMails(server: TestServer): Promise<void> {
  await waitFor(async () => {
    await server.app.accountMails.sweep();
    await server.app.passwordResets.sweep();
    const waiting = sql`select id from account_mail where handled_at is null
      union all select id from password_reset_request where handled_at is null`;
    return (await select(server, waiting)).length === 0;
  });
}
