import { LockMode, ref } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Clock } from '../clock.js';
import { type Links } from '../links.js';
import { type Mailer, MailRefusedError } from '../mail/mailer.js';
import { passwordResetMail } from '../mail/templates/password-reset.js';
import { inScopeWith } from '../observability/scope.js';
import { type Tracing, within } from '../observability/tracing/tracing.js';
import { User } from '../users/user.entity.js';
import { fullName } from '../users/user.reader.js';
import { PasswordResetRequest } from './password-reset-request.entity.js';
import { newSecret } from './secret-token.js';
import { Token, TokenKind } from './token.entity.js';

/** Contract: valid for one hour. A request that could not be answered by then is dropped: the person asks again. */
const VALID_MS = 3_600_000;
/** Nobody's mailbox is flooded by somebody else's asking. */
const MOST_AN_HOUR = 5;
const SWEEP_LIMIT = 100;
/** Any number of our own: the kind of lock. */
const LOCK = 0x52_53_54;

/** Sends the mails that people asked for who forgot their password. */
export class PasswordResetDelivery {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #mailer: Mailer;
  readonly #links: Links;
  readonly #tracing: Tracing | undefined;

  constructor(deps: { orm: MikroORM; clock: Clock; mailer: Mailer; links: Links; tracing: Tracing | undefined }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#mailer = deps.mailer;
    this.#links = deps.links;
    this.#tracing = deps.tracing;
  }

  /** Handles what no job woke anybody for, or could not be sent before. */
  async sweep(): Promise<void> {
    const waiting = await this.#orm.em
      .fork()
      .find(PasswordResetRequest, { handledAt: null }, { orderBy: { createdAt: 'asc' }, limit: SWEEP_LIMIT });
    const failures: unknown[] = [];
    for (const { id } of waiting) {
      // One that cannot be handled must not hold up those behind it.
      await this.deliver(id).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Requests for a new password could not be handled');
  }

  /**
   * Sends the mail for a request, if it is still waiting and the address is somebody's. The token becomes valid with
   * the same commit that marks the request as handled; a mail that is refused leaves both undone, for the next sweep.
   */
  async deliver(requestId: string): Promise<void> {
    return inScopeWith({ passwordResetId: requestId }, async () => this.#deliver(requestId));
  }

  async #deliver(requestId: string): Promise<void> {
    try {
      await this.#orm.em.fork().transactional(async (em) => {
        // Skips a request that another worker has in hand.
        const request = await em.findOne(
          PasswordResetRequest,
          { id: requestId, handledAt: null },
          { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE },
        );
        if (request !== null) await this.#traced(request, async () => this.#answer(em, request));
      });
    } catch (error) {
      if (!(error instanceof MailRefusedError)) throw error;
      if (error.permanent) await this.#giveUp(requestId);
    }
  }

  async #answer(em: EntityManager, request: PasswordResetRequest): Promise<void> {
    if (!(await this.#onlyOneFor(em, request.email))) return;
    const now = this.#clock.now();
    request.handledAt = now;
    const hourAgo = new Date(now.getTime() - VALID_MS);
    const tooLate = request.createdAt <= hourAgo;
    const recent = await em.count(PasswordResetRequest, {
      email: request.email,
      handledAt: { $gt: hourAgo },
    });
    const user = await em.findOne(User, { email: request.email, deletedAt: null });
    if (tooLate || user === null || recent >= MOST_AN_HOUR) return;

    const { secret, hash } = newSecret();
    const expiresAt = new Date(now.getTime() + VALID_MS);
    em.create(Token, { kind: TokenKind.PASSWORD_RESET, hash, user: ref(user), createdAt: now, expiresAt });
    const name = fullName(user);
    await this.#mailer.send({
      messageId: `${request.id}@${this.#links.hostname}`,
      to: { name, address: user.email },
      ...passwordResetMail({ recipientName: name, url: this.#links.resetPassword(secret) }),
    });
  }

  async #traced({ id, traceparent }: PasswordResetRequest, work: () => Promise<void>): Promise<void> {
    const span = this.#tracing?.root('answer password reset', {
      kind: 'consumer',
      parent: traceparent ?? undefined,
      attributes: { 'docket.password_reset.id': id },
    });
    return span ? within(span, work) : work();
  }

  /** Whether no other worker is at a request of this address, whose mails each would miss to count: then a sweep's. */
  async #onlyOneFor(em: EntityManager, email: string): Promise<boolean> {
    const { rows } = await sql<{ locked: boolean }>`
      select pg_try_advisory_xact_lock(${sql.lit(LOCK)}, hashtext(lower(${email}))) as locked`.execute(
      em.getKysely<unknown>(),
    );
    return rows[0]?.locked === true;
  }

  async #giveUp(requestId: string): Promise<void> {
    await this.#orm.em.fork().nativeUpdate(PasswordResetRequest, { id: requestId }, { handledAt: this.#clock.now() });
  }
}
