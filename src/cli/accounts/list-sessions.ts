import { Session } from '../../accounts/sessions/session.entity.js';
import { defineCommand } from '../command.js';
import { withDatabase } from '../database.js';
import { printable, table } from '../table.js';
import { findUser } from './find-user.js';

const HEADER = ['ID', 'USER', 'SIGNED IN', 'LAST USED', 'EXPIRES', 'ADDRESS', 'CLIENT'];
const MAX_CLIENT_LENGTH = 60;

export const listSessions = defineCommand({
  name: 'list-sessions',
  summary: 'Lists who is signed in, and from where.',
  arguments: ['[USER]'],
  options: {},
  details:
    'USER is a username or an e-mail address; without it the sessions of everybody. Last used first, times in UTC.',
  async run({ env, clock, stdout }, _values, [login]) {
    const sessions = await withDatabase(env, async (orm) => {
      const em = orm.em.fork();
      const user = login === undefined ? undefined : await findUser(em, login);
      return em.find(
        Session,
        { revokedAt: null, expiresAt: { $gt: clock.now() }, ...(user && { user }) },
        { populate: ['user'], orderBy: { lastUsedAt: 'desc', id: 'asc' } },
      );
    });
    const rows = sessions.map((session) => [
      session.id,
      session.user.$.username,
      minute(session.createdAt),
      minute(session.lastUsedAt),
      minute(session.expiresAt),
      session.ipAddress ?? '-',
      printable(session.userAgent ?? '-').slice(0, MAX_CLIENT_LENGTH),
    ]);
    stdout.write(rows.length === 0 ? 'Nobody is signed in.\n' : `${table(HEADER, rows)}\n`);
  },
});

function minute(instant: Date): string {
  return instant.toISOString().slice(0, 'YYYY-MM-DDTHH:mm'.length).replace('T', ' ');
}
