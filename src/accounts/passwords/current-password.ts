import { type MikroORM } from '@mikro-orm/postgresql';
import { type Client } from '../client.js';
import { UserErrorCode, userInputError } from '../../common/user-errors.js';
import { User } from '../users/user.entity.js';
import { verifyPassword } from './password.js';
import { type SignInThrottle } from '../sign-in/sign-in-throttle.js';
import { type Viewer } from '../viewer.js';

const FIELD = 'currentPassword';

export function wrongPassword() {
  return userInputError(UserErrorCode.INVALID_CREDENTIALS, FIELD, 'This is not your current password.');
}

/** Asks a viewer for their password again: a stolen access token alone must not be enough to take an account over. */
export class CurrentPassword {
  readonly #orm: MikroORM;
  readonly #throttle: SignInThrottle;

  constructor(deps: { orm: MikroORM; throttle: SignInThrottle }) {
    this.#orm = deps.orm;
    this.#throttle = deps.throttle;
  }

  /**
   * Gives the hash that the password was compared with: callers compare the hash again under the user's lock
   * whether it is still that one (lock-user.ts).
   * @throws UserInputError REQUIRED when it is missing, INVALID_CREDENTIALS when it is wrong; RATE_LIMITED as signing in
   */
  async check(viewer: Viewer, client: Client, password: string | null | undefined): Promise<string> {
    if (password == null || password === '') {
      throw userInputError(UserErrorCode.REQUIRED, FIELD, 'Give your current password, too.');
    }
    const em = this.#orm.em.fork();
    const { id, passwordHash } = await em.findOneOrFail(User, { id: viewer.id }, { populate: ['passwordHash'] });
    const refund = await this.#throttle.charge(id, client.network);
    const right = await verifyPassword(passwordHash, password, client.network).catch(async (error: unknown) => {
      // The password was not checked, as the queue for hashing is full: the attempt is refunded.
      await refund();
      throw error;
    });
    if (!right) throw wrongPassword();
    await refund();
    return passwordHash;
  }
}
