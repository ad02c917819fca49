import { ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../../common/clock.js';
import { type Links } from '../../common/links.js';
import { type Mailer, type MailMessage } from '../../mail/mailer.js';
import { passwordResetMail } from '../../mail/templates/password-reset.js';
import { type Tracing } from '../../observability/tracing/tracing.js';
import { User } from '../users/user.entity.js';
import { fullName } from '../users/user.reader.js';
import { tryLockAddress, Outbox } from '../outbox.js';
import { PasswordResetRequest } from './password-reset-request.entity.js';
import { newSecret } from '../secret-token.js';
import { Token, TokenKind } from '../token.entity.js';

/** Valid for one hour. A request that could not be answered by then is dropped: the person asks again. */
const VALID_MS = 3_600_000;
/** Maximum number of mails to one address, so that requests by others cannot flood a mailbox. */
const MAX_MAILS_PER_HOUR = 5;

/** Sends mails with links for a new password. */
export class PasswordResetDelivery {
  readonly #clock: Clock;
  readonly #links: Links;
  readonly #outbox: Outbox;

  constructor(deps: { orm: MikroORM; clock: Clock; mailer: Mailer; links: Links; tracing: Tracing | undefined }) {
    this.#clock = deps.clock;
    this.#links = deps.links;
    this.#outbox = new Outbox(deps, {
      name: 'password reset',
      entity: PasswordResetRequest,
      answer: async (em, id) => this.#answer(em, await em.findOneOrFail(PasswordResetRequest, id)),
    });
  }

  /** Sweep: handles requests without a job, and those whose mail could not be sent before. */
  async sweep(): Promise<void> {
    await this.#outbox.sweep();
  }

  /**
   * Sends the mail for a request, if it is still waiting and the address is somebody's. The token becomes valid with
   * the same commit that marks the request as handled; a mail that is refused leaves both undone, for the next sweep.
   */
  async deliver(requestId: string): Promise<void> {
    await this.#outbox.deliver(requestId);
  }

  async #answer(em: EntityManager, request: PasswordResetRequest): Promise<MailMessage | null> {
    if (!(await tryLockAddress(em, request.email))) return null;
    const now = this.#clock.now();
    request.handledAt = now;
    const hourAgo = new Date(now.getTime() - VALID_MS);
    const tooLate = request.createdAt <= hourAgo;
    const user = await em.findOne(User, { email: request.email, deletedAt: null });
    if (tooLate || user === null) return null;
    // Mails that were sent count, not requests: otherwise five requests an hour would keep the owner's link away for ever.
    const sent = { kind: TokenKind.PASSWORD_RESET, user: user.id, createdAt: { $gt: hourAgo } };
    if ((await em.count(Token, sent)) >= MAX_MAILS_PER_HOUR) return null;

    const { secret, hash } = newSecret();
    const expiresAt = new Date(now.getTime() + VALID_MS);
    const { email } = user;
    em.create(Token, { kind: TokenKind.PASSWORD_RESET, hash, user: ref(user), email, createdAt: now, expiresAt });
    // An address that nobody has proven may be a stranger's: no text that somebody wrote goes there.
    const name = user.emailConfirmed ? fullName(user) : user.username;
    return {
      messageId: `${request.id}@${this.#links.hostname}`,
      to: { name, address: user.email },
      ...passwordResetMail({ recipientName: name, url: this.#links.resetPassword(secret) }),
    };
  }
}
