import { defineCommand, UsageError } from '../command.js';
import { withDatabase } from '../database.js';
import { endSessions } from './end-sessions.js';
import { findUser } from './find-user.js';

export const revokeSessions = defineCommand({
  name: 'revoke-sessions',
  summary: 'Ends the sessions of a user, or of everybody.',
  arguments: ['[USER]'],
  options: { all: { type: 'boolean', help: "Everybody's sessions, in place of USER." } },
  details:
    'USER is a username or an e-mail address. Their access tokens are refused within five seconds, their refresh tokens at once.',
  async run({ env, clock, stdout }, { all = false }, [login]) {
    if (all === (login !== undefined)) throw new UsageError('Give either USER or --all.');
    const ended = await withDatabase(env, async (orm) => {
      const em = orm.em.fork();
      const user = login === undefined ? undefined : await findUser(em, login);
      return endSessions(em, clock.now(), user?.id);
    });
    stdout.write(`${ended} ${ended === 1 ? 'session' : 'sessions'} ended.\n`);
  },
});
