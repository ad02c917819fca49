import { ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../../common/clock.js';
import { type Links } from '../../common/links.js';
import { type Mailer, type MailMessage } from '../../mail/mailer.js';
import { confirmEmailMail, emailChangeMail } from '../../mail/templates/account-address.js';
import { type MailTexts } from '../../mail/templates/layout.js';
import { type Tracing } from '../../observability/tracing/tracing.js';
import { User } from '../users/user.entity.js';
import { AccountMail, AccountMailKind } from './account-mail.entity.js';
import { awaitsConfirmation } from './email-confirmation.service.js';
import { tryLockAddress, Outbox } from '../outbox.js';
import { newSecret } from '../secret-token.js';
import { Token, TokenKind } from '../token.entity.js';

/** How long the link in a mail to a new address works. */
const VALID_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** To one address that nobody has proven: it may be a stranger's. */
const MAX_MAILS_PER_HOUR = 5;

/** Sends the mails about accounts' addresses. */
export class AccountMailDelivery {
  readonly #clock: Clock;
  readonly #links: Links;
  readonly #outbox: Outbox;

  constructor(deps: { orm: MikroORM; clock: Clock; mailer: Mailer; links: Links; tracing: Tracing | undefined }) {
    this.#clock = deps.clock;
    this.#links = deps.links;
    this.#outbox = new Outbox(deps, {
      name: 'account mail',
      entity: AccountMail,
      answer: async (em, id) => this.#answer(em, await em.findOneOrFail(AccountMail, id)),
    });
  }

  /** Sweep: handles mails without a job, and those that could not be sent before. */
  async sweep(): Promise<void> {
    await this.#outbox.sweep();
  }

  /** Sends one mail if it is still pending. */
  async deliver(id: string): Promise<void> {
    await this.#outbox.deliver(id);
  }

  async #answer(em: EntityManager, mail: AccountMail): Promise<MailMessage | null> {
    if (!(await tryLockAddress(em, mail.email))) return null;
    const now = this.#clock.now();
    // Not locked: confirming checks again under the lock, and signing in must not wait for a slow mail server.
    const user = await em.findOne(User, { id: mail.user.id, deletedAt: null });
    const isTooMuch = mail.kind === AccountMailKind.CONFIRM_EMAIL && (await this.#wereTooMany(em, mail, now));
    mail.handledAt = now;
    if (user === null || isTooMuch) return null;
    const texts =
      mail.kind === AccountMailKind.CONFIRM_EMAIL ? this.#confirm(em, mail, user, now) : addressChangeMail(mail, user);
    if (texts === null) return null;
    return {
      messageId: `${mail.id}@${this.#links.hostname}`,
      to: { name: user.username, address: mail.email },
      ...texts,
    };
  }

  async #wereTooMany(em: EntityManager, { email }: AccountMail, now: Date): Promise<boolean> {
    const since = new Date(now.getTime() - HOUR_MS);
    const sent = { kind: TokenKind.EMAIL_CONFIRMATION, email, createdAt: { $gt: since } };
    return (await em.count(Token, sent)) >= MAX_MAILS_PER_HOUR;
  }

  /** Null when the address is no longer to be proven. */
  #confirm(em: EntityManager, { email }: AccountMail, user: User, now: Date): MailTexts | null {
    if (!awaitsConfirmation(user, email)) return null;
    const { secret, hash } = newSecret();
    const expiresAt = new Date(now.getTime() + VALID_MS);
    em.create(Token, { kind: TokenKind.EMAIL_CONFIRMATION, hash, user: ref(user), email, createdAt: now, expiresAt });
    return confirmEmailMail({ username: user.username, url: this.#links.confirmEmail(secret) });
  }
}

/** To the address that the account had when the mail was enqueued. */
function addressChangeMail({ kind, newEmail }: AccountMail, { username }: User): MailTexts {
  return emailChangeMail({ username, newEmail: newEmail ?? '', done: kind === AccountMailKind.EMAIL_CHANGED });
}
