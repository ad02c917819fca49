import { type Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { OutboxRow } from '../outbox-row.js';
import { User } from '../users/user.entity.js';

export enum AccountMailKind {
  /** To an address that is to be proven. */
  CONFIRM_EMAIL = 'CONFIRM_EMAIL',
  /** To the old address: the person asked for another one, which is not proven yet. */
  EMAIL_CHANGE_REQUESTED = 'EMAIL_CHANGE_REQUESTED',
  /** To the old address: it is the account's no longer. */
  EMAIL_CHANGED = 'EMAIL_CHANGED',
}

/**
 * A pending mail about an account's address (outbox). It is committed together with the change that it is about; a
 * worker creates its secret and sends it.
 */
@Entity({ tableName: 'account_mail' })
@Index({ name: 'account_mail_waiting', properties: ['createdAt'], where: 'handled_at is null' })
@Index({ name: 'account_mail_by_email', properties: ['email', 'createdAt'] })
export class AccountMail extends OutboxRow {
  @Enum({ items: () => AccountMailKind, nativeEnumName: 'account_mail_kind' })
  kind!: AccountMailKind;

  @ManyToOne({
    entity: () => User,
    ref: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
    index: 'account_mail_user_id',
  })
  user!: Ref<User>;

  /** What the mail to an old address names; null for the others. */
  @Property({ type: 'string', columnType: 'citext', nullable: true })
  newEmail: string | null = null;
}
