import { type EntityClass, type FilterQuery, LockMode } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import pLimit from 'p-limit';
import { type Clock } from '../common/clock.js';
import { type Links } from '../common/links.js';
import { type Mailer, type MailMessage, MailRefusedError } from '../mail/mailer.js';
import { inScopeWith } from '../observability/scope.js';
import { type Tracing, within } from '../observability/tracing/tracing.js';
import { type OutboxRow } from './outbox-row.js';
import { Token } from './token.entity.js';

/** Rows in one sweep. */
const SWEEP_LIMIT = 100;
const HOUR_MS = 3_600_000;
/** Maximum number of mails to one address: it may be a stranger's, and requests by others must not flood a mailbox. */
const MAX_MAILS_PER_HOUR = 5;
/** Namespace of the advisory lock; an arbitrary number. */
const LOCK = 0x52_53_54;

export interface OutboxOptions {
  readonly orm: MikroORM;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly links: Links;
  readonly tracing: Tracing | undefined;
}

interface OutboxKind {
  /** For the log and for traces, e.g. `password reset`. */
  readonly name: string;
  readonly entity: EntityClass<OutboxRow>;
}

/**
 * Sends the mails of one outbox table. Handles each row once over all workers, and one at a time: the transaction of a
 * row keeps one of the connections that requests share until the mail server has answered. After a temporary refusal the
 * next sweep retries.
 */
export abstract class Outbox {
  protected readonly links: Links;
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #mailer: Mailer;
  readonly #tracing: Tracing | undefined;
  readonly #kind: OutboxKind;
  readonly #limit = pLimit(1);

  constructor(options: OutboxOptions, kind: OutboxKind) {
    this.links = options.links;
    this.#orm = options.orm;
    this.#clock = options.clock;
    this.#mailer = options.mailer;
    this.#tracing = options.tracing;
    this.#kind = kind;
  }

  /** Gives the mail of a row, in the transaction that has loaded and locked it; null if none is to be sent any more. */
  protected abstract compose(em: EntityManager, id: string, now: Date): Promise<MailMessage | null>;

  /** Whether the limit is reached: counts such tokens of the last hour, as each mail that is sent has one. */
  protected async isLimited(em: EntityManager, tokens: FilterQuery<Token>, now: Date): Promise<boolean> {
    const recent = { createdAt: { $gt: new Date(now.getTime() - HOUR_MS) } };
    return (await em.count(Token, { $and: [tokens, recent] })) >= MAX_MAILS_PER_HOUR;
  }

  /** Sweep: handles rows without a job, and those whose mail could not be sent before. */
  async sweep(): Promise<void> {
    const oldestFirst = { orderBy: { createdAt: 'asc', id: 'asc' }, limit: SWEEP_LIMIT } as const;
    const waiting = await this.#orm.em.fork().find(this.#kind.entity, { handledAt: null }, oldestFirst);
    const failures: unknown[] = [];
    for (const { id } of waiting) {
      // A row that fails must not block those behind it.
      await this.deliver(id).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, `Mails (${this.#kind.name}) could not be handled`);
  }

  /**
   * Sends the mail of a row if it is still pending. Its secret becomes valid with the commit that marks the row as
   * handled; a refused mail rolls back both.
   */
  async deliver(id: string): Promise<void> {
    const field = this.#kind.name.replaceAll(/ (\w)/g, (_match, letter: string) => letter.toUpperCase());
    await this.#limit(async () => inScopeWith({ [`${field}Id`]: id }, async () => this.#deliver(id)));
  }

  async #deliver(id: string): Promise<void> {
    const em = this.#orm.em.fork();
    await em.begin();
    try {
      // Null also while another worker has locked it.
      const lockMode = LockMode.PESSIMISTIC_PARTIAL_WRITE;
      const row = await em.findOne(this.#kind.entity, { id, handledAt: null }, { lockMode });
      if (row !== null) await this.#traced(row, async () => this.#send(em, row));
      if (em.isInTransaction()) await em.commit();
    } catch (error) {
      if (em.isInTransaction()) await em.rollback();
      if (!(error instanceof MailRefusedError)) throw error;
      if (!error.permanent) return;
      await this.#orm.em.fork().nativeUpdate(this.#kind.entity, { id }, { handledAt: this.#clock.now() });
    }
  }

  async #send(em: EntityManager, row: OutboxRow): Promise<void> {
    if (!(await tryLockAddress(em, row.email))) return;
    const now = this.#clock.now();
    row.handledAt = now;
    const mail = await this.compose(em, row.id, now);
    if (mail !== null) await this.#mailer.send(mail, async () => em.commit());
  }

  async #traced({ id, traceparent }: OutboxRow, work: () => Promise<void>): Promise<void> {
    const span = this.#tracing?.root(`answer ${this.#kind.name}`, {
      kind: 'consumer',
      parent: traceparent ?? undefined,
      attributes: { [`docket.${this.#kind.name.replaceAll(' ', '_')}.id`]: id },
    });
    return span ? within(span, work) : work();
  }
}

/**
 * Acquires a lock on the address, so that the limit of mails counts those of other workers; false if another worker
 * holds it: a later sweep handles the row.
 */
async function tryLockAddress(em: EntityManager, email: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${sql.lit(LOCK)}, hashtext(lower(${email}))) as locked`.execute(
    em.getKysely<unknown>(),
  );
  return rows[0]?.locked === true;
}
