import { type Opt, type Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { newId } from '../database/id.js';
import { type FieldChange } from '../tickets/ticket-event.entity.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { User } from '../users/user.entity.js';

export enum NotificationKind {
  ASSIGNED = 'ASSIGNED',
  UPDATED = 'UPDATED',
  DIGEST = 'DIGEST',
}

export enum NotificationStatus {
  SCHEDULED = 'SCHEDULED',
  SENT = 'SENT',
  CANCELLED = 'CANCELLED',
  FAILED = 'FAILED',
}

export enum NotificationCancelReason {
  REASSIGNED = 'REASSIGNED',
  UNASSIGNED = 'UNASSIGNED',
  TICKET_DELETED = 'TICKET_DELETED',
  USER_DELETED = 'USER_DELETED',
  UNSUBSCRIBED = 'UNSUBSCRIBED',
  BY_STAFF = 'BY_STAFF',
}

/**
 * One e-mail that the server owes, sent, or decided not to send. The row is the truth; a job only wakes somebody
 * up to look at it (architecture, "Notifications").
 */
@Entity({ tableName: 'notification' })
// What is owed is owed once: two requests at once cannot make a second row. A row that a worker has in hand no longer
// stands in the way of a new one.
@Unique({
  name: 'notification_once_scheduled',
  properties: ['kind', 'recipient', 'ticket'],
  where: "status = 'SCHEDULED' and ticket_id is not null and claimed_until is null",
})
@Unique({
  name: 'notification_digest_once_scheduled',
  properties: ['recipient'],
  where: "status = 'SCHEDULED' and kind = 'DIGEST' and claimed_until is null",
})
@Index({ name: 'notification_due', properties: ['sendAt'], where: "status = 'SCHEDULED'" })
@Index({ name: 'notification_by_recipient', properties: ['recipient', 'sendAt', 'id'] })
@Index({ name: 'notification_by_ticket', properties: ['ticket', 'sendAt', 'id'] })
@Index({ name: 'notification_by_send_at', properties: ['sendAt', 'id'] })
export class Notification {
  @PrimaryKey({ type: 'uuid' })
  id: Opt<string> = newId();

  @Enum({ items: () => NotificationKind, nativeEnumName: 'notification_kind' })
  kind!: NotificationKind;

  @Enum({ items: () => NotificationStatus, nativeEnumName: 'notification_status' })
  status: Opt<NotificationStatus> = NotificationStatus.SCHEDULED;

  @ManyToOne({ entity: () => User, ref: true, deleteRule: 'restrict', updateRule: 'restrict' })
  recipient!: Ref<User>;

  /** Null for a digest. */
  @ManyToOne({ entity: () => Ticket, ref: true, nullable: true, deleteRule: 'restrict', updateRule: 'restrict' })
  ticket: Ref<Ticket> | null = null;

  /** Who caused it, for the mail's text; null for what the system did by itself. */
  @ManyToOne({
    entity: () => User,
    ref: true,
    nullable: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
    index: 'notification_actor_id',
  })
  actor: Ref<User> | null = null;

  /** What an UPDATED mail tells, merged over the delay (requirements C13). */
  @Property({ type: 'json' })
  changes: Opt<FieldChange[]> = [];

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Property({ type: 'datetime', length: 3 })
  sendAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  sentAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  cancelledAt: Date | null = null;

  @Enum({ items: () => NotificationCancelReason, nativeEnumName: 'notification_cancel_reason', nullable: true })
  cancelReason: NotificationCancelReason | null = null;

  @Property({ type: 'integer' })
  attempts: Opt<number> = 0;

  /** Short, without addresses or secrets. */
  @Property({ type: 'text', nullable: true })
  lastError: string | null = null;

  /**
   * Until when a worker has it in hand: one that died lets go of it by the passing of time. Null only until the first
   * attempt.
   */
  @Property({ type: 'datetime', length: 3, nullable: true })
  claimedUntil: Date | null = null;
}
