import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Mailer, type MailMessage, MailRefusedError } from '../../mail/mailer.js';
import { inScopeWith } from '../../observability/scope.js';
import { type Tracing, within } from '../../observability/tracing/tracing.js';

/** Rows in one sweep. */
const SWEEP_LIMIT = 100;
/** Namespace of the advisory lock; an arbitrary number. */
const LOCK = 0x52_53_54;

/** A row for one pending mail. */
export interface PendingMail {
  readonly id: string;
  readonly traceparent: string | null;
  handledAt: Date | null;
}

/** A kind of mail with an outbox table of its own. */
export interface PendingMailKind<Row extends PendingMail> {
  /** For the log and for traces, e.g. `password reset`. */
  readonly name: string;
  /** The first rows that are not handled. */
  readonly waiting: (em: EntityManager, limit: number) => Promise<readonly Row[]>;
  /** A row that is not handled, locked; null also while another worker has locked it. */
  readonly lock: (em: EntityManager, id: string) => Promise<Row | null>;
  /** Sets `handledAt`, in the transaction of `lock`, and gives the mail; null if none is to be sent any more, or not yet. */
  readonly answer: (em: EntityManager, row: Row) => Promise<MailMessage | null>;
  /** Marks one as handled whose mail can never be sent. */
  readonly giveUp: (em: EntityManager, id: string) => Promise<unknown>;
}

/** Handles each row once over all workers. After a temporary refusal the next sweep retries. */
export class PendingMails<Row extends PendingMail> {
  readonly #orm: MikroORM;
  readonly #mailer: Mailer;
  readonly #tracing: Tracing | undefined;
  readonly #kind: PendingMailKind<Row>;

  constructor(
    deps: { readonly orm: MikroORM; readonly mailer: Mailer; readonly tracing: Tracing | undefined },
    kind: PendingMailKind<Row>,
  ) {
    this.#orm = deps.orm;
    this.#mailer = deps.mailer;
    this.#tracing = deps.tracing;
    this.#kind = kind;
  }

  /** Sweep: handles rows without a job, and those whose mail could not be sent before. */
  async sweep(): Promise<void> {
    const waiting = await this.#kind.waiting(this.#orm.em.fork(), SWEEP_LIMIT);
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
    await inScopeWith({ [`${field}Id`]: id }, async () => this.#deliver(id));
  }

  async #deliver(id: string): Promise<void> {
    const em = this.#orm.em.fork();
    await em.begin();
    try {
      const row = await this.#kind.lock(em, id);
      if (row !== null) await this.#traced(row, async () => this.#answer(em, row));
      if (em.isInTransaction()) await em.commit();
    } catch (error) {
      if (em.isInTransaction()) await em.rollback();
      if (!(error instanceof MailRefusedError)) throw error;
      if (error.permanent) await this.#kind.giveUp(this.#orm.em.fork(), id);
    }
  }

  async #answer(em: EntityManager, row: Row): Promise<void> {
    const mail = await this.#kind.answer(em, row);
    if (mail !== null) await this.#mailer.send(mail, async () => em.commit());
  }

  async #traced({ id, traceparent }: Row, work: () => Promise<void>): Promise<void> {
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
export async function isOnlyOneFor(em: EntityManager, email: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${sql.lit(LOCK)}, hashtext(lower(${email}))) as locked`.execute(
    em.getKysely<unknown>(),
  );
  return rows[0]?.locked === true;
}
