import { type Ref } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { type Clock } from '../../common/clock.js';
import { type User } from '../users/user.entity.js';
import { AccountMail, AccountMailKind } from './account-mail.entity.js';

/** Called after the commit: schedules the job for a mail. Best effort, as the sweep finds it too. */
export type ScheduleAccountMail = (id: string) => Promise<void>;

/** Enqueues mails about accounts' addresses, in the unit of work of the change that they are about. */
export class AccountMails {
  readonly #clock: Clock;
  readonly #scheduleDelivery: ScheduleAccountMail;

  constructor(clock: Clock, scheduleDelivery: ScheduleAccountMail) {
    this.#clock = clock;
    this.#scheduleDelivery = scheduleDelivery;
  }

  /** The mail with the link that proves an address. */
  confirm(em: EntityManager, user: Ref<User>, email: string): AccountMail {
    return em.create(AccountMail, { kind: AccountMailKind.CONFIRM_EMAIL, user, email, createdAt: this.#clock.now() });
  }

  /** Notifies the present or former address of the account, unless it is unconfirmed: it may be a stranger's. */
  notifyOldAddress(
    em: EntityManager,
    user: Ref<User>,
    kind: AccountMailKind.EMAIL_CHANGE_REQUESTED | AccountMailKind.EMAIL_CHANGED,
    { oldEmail, isProven, newEmail }: { oldEmail: string; isProven: boolean; newEmail: string },
  ): AccountMail[] {
    if (!isProven) return [];
    return [em.create(AccountMail, { kind, user, email: oldEmail, newEmail, createdAt: this.#clock.now() })];
  }

  /** After the commit. */
  async scheduleDelivery(mails: readonly AccountMail[]): Promise<void> {
    for (const { id } of mails) await this.#scheduleDelivery(id);
  }
}
