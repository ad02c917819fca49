import { ref } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { type MailMessage } from '../../mail/mailer.js';
import { confirmEmailMail, emailChangeMail } from '../../mail/templates/account-address.js';
import { type MailTexts } from '../../mail/templates/layout.js';
import { User } from '../users/user.entity.js';
import { AccountMail, AccountMailKind } from './account-mail.entity.js';
import { awaitsConfirmation } from './email-confirmation.service.js';
import { Outbox, type OutboxOptions } from '../outbox.js';
import { newSecret } from '../secret-token.js';
import { Token, TokenKind } from '../token.entity.js';

/** How long the link in a mail to a new address works. */
const VALID_MS = 86_400_000;

/** Sends the mails about accounts' addresses. */
export class AccountMailDelivery extends Outbox {
  constructor(options: OutboxOptions) {
    super(options, { name: 'account mail', entity: AccountMail });
  }

  protected override async compose(em: EntityManager, id: string, now: Date): Promise<MailMessage | null> {
    const mail = await em.findOneOrFail(AccountMail, id);
    const { kind, email } = mail;
    // Not locked: confirming checks again under the lock, and signing in must not wait for a slow mail server.
    const user = await em.findOne(User, { id: mail.user.id, deletedAt: null });
    const confirms = kind === AccountMailKind.CONFIRM_EMAIL;
    const isTooMuch = confirms && (await this.isLimited(em, { kind: TokenKind.EMAIL_CONFIRMATION, email }, now));
    if (user === null || isTooMuch) return null;
    const texts = confirms ? this.#confirm(em, mail, user, now) : addressChangeMail(mail, user);
    if (texts === null) return null;
    return { messageId: `${id}@${this.links.hostname}`, to: { name: user.username, address: email }, ...texts };
  }

  /** Null when the address is no longer to be proven. */
  #confirm(em: EntityManager, { email }: AccountMail, user: User, now: Date): MailTexts | null {
    if (!awaitsConfirmation(user, email)) return null;
    const { secret, hash } = newSecret();
    const expiresAt = new Date(now.getTime() + VALID_MS);
    em.create(Token, { kind: TokenKind.EMAIL_CONFIRMATION, hash, user: ref(user), email, createdAt: now, expiresAt });
    return confirmEmailMail({ username: user.username, url: this.links.confirmEmail(secret) });
  }
}

/** To the address that the account had when the mail was enqueued. */
function addressChangeMail({ kind, newEmail }: AccountMail, { username }: User): MailTexts {
  return emailChangeMail({ username, newEmail: newEmail ?? '', done: kind === AccountMailKind.EMAIL_CHANGED });
}
