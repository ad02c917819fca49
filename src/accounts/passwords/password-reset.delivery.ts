import { ref } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { type MailMessage } from '../../mail/mailer.js';
import { passwordResetMail } from '../../mail/templates/password-reset.js';
import { User } from '../users/user.entity.js';
import { fullName } from '../users/user.reader.js';
import { Outbox, type OutboxOptions } from '../outbox.js';
import { PasswordResetRequest } from './password-reset-request.entity.js';
import { newSecret } from '../secret-token.js';
import { Token, TokenKind } from '../token.entity.js';

/** Valid for one hour. A request that could not be answered by then is dropped: the person asks again. */
const VALID_MS = 3_600_000;

/**
 * Sends mails with links for a new password. The token becomes valid with the same commit that marks the request as
 * handled; a mail that is refused leaves both undone, for the next sweep.
 */
export class PasswordResetDelivery extends Outbox {
  constructor(options: OutboxOptions) {
    super(options, { name: 'password reset', entity: PasswordResetRequest });
  }

  protected override async compose(em: EntityManager, id: string, now: Date): Promise<MailMessage | null> {
    const request = await em.findOneOrFail(PasswordResetRequest, id);
    const user = await em.findOne(User, { email: request.email, deletedAt: null });
    if (request.createdAt.getTime() + VALID_MS <= now.getTime() || user === null) return null;
    // Mails that were sent count, not requests: otherwise five requests an hour would keep the owner's link away for ever.
    if (await this.isLimited(em, { kind: TokenKind.PASSWORD_RESET, user: user.id }, now)) return null;

    const { secret, hash } = newSecret();
    const expiresAt = new Date(now.getTime() + VALID_MS);
    const { email } = user;
    em.create(Token, { kind: TokenKind.PASSWORD_RESET, hash, user: ref(user), email, createdAt: now, expiresAt });
    // An address that nobody has proven may be a stranger's: no text that somebody wrote goes there.
    const name = user.emailConfirmed ? fullName(user) : user.username;
    return {
      messageId: `${id}@${this.links.hostname}`,
      to: { name, address: user.email },
      ...passwordResetMail({ recipientName: name, url: this.links.resetPassword(secret) }),
    };
  }
}
