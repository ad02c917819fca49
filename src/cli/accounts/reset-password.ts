import { hashPassword } from '../../accounts/passwords/password.js';
import { Token, TokenKind } from '../../accounts/token.entity.js';
import { InputCheck } from '../../common/input-check.js';
import { checkNewPassword } from '../../accounts/users/account.js';
import { lockUser } from '../../accounts/users/lock-user.js';
import { CommandError, defineCommand } from '../command.js';
import { withDatabase } from '../database.js';
import { readNewPassword } from '../password-input.js';
import { endSessions } from './end-sessions.js';
import { findUser } from './find-user.js';

export const resetPassword = defineCommand({
  name: 'reset-password',
  summary: 'Sets a new password for a user and ends their sessions.',
  arguments: ['USER'],
  options: {},
  details:
    'USER is a username or an e-mail address. The password is asked for twice, without echo. When standard input is not a terminal, its first line is the password.',
  async run(context, _values, [login = '']) {
    const { env, clock, stdout } = context;
    const line = await withDatabase(env, async (orm) => {
      // Before the question, so that nobody types a password in vain.
      const { id } = await findUser(orm.em.fork(), login);
      const password = await readNewPassword(context);
      const check = new InputCheck();
      checkNewPassword(check, 'password', password);
      check.done();
      const passwordHash = await hashPassword(password);
      return orm.em.fork().transactional(async (em) => {
        const user = await lockUser(em, { id });
        if (user === null) throw new CommandError(`The account of ${login} was deleted meanwhile.`);
        const now = clock.now();
        user.passwordHash = passwordHash;
        user.updatedAt = now;
        // The person who set the old password, and a new address, may be another one.
        user.pendingEmail = null;
        // A link that was mailed before must not set yet another password.
        await em.nativeUpdate(Token, { user: id, kind: TokenKind.PASSWORD_RESET, usedAt: null }, { usedAt: now });
        const ended = await endSessions(em, now, id);
        return `${user.username} has a new password; ${ended} ${ended === 1 ? 'session' : 'sessions'} ended.`;
      });
    });
    stdout.write(`${line}\n`);
  },
});
