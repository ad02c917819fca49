import { type Opt, OptionalProps, type Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { newId } from '../database/id.js';
import { Node } from '../graphql/node.js';
import { DateTime } from '../graphql/scalars.js';
import { type FieldChange } from '../tickets/ticket-event.entity.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { User } from '../users/user.entity.js';
import { withTraceparent } from './traceparents.js';

export enum NotificationKind {
  ASSIGNED = 'ASSIGNED',
  UPDATED = 'UPDATED',
  DIGEST = 'DIGEST',
}
registerEnumType(NotificationKind, {
  name: 'NotificationKind',
  description: 'What a mail tells: a ticket is yours now, a ticket of yours was changed, or all tickets of yours.',
});

export enum NotificationStatus {
  SCHEDULED = 'SCHEDULED',
  SENT = 'SENT',
  CANCELLED = 'CANCELLED',
  FAILED = 'FAILED',
}
registerEnumType(NotificationStatus, {
  name: 'NotificationStatus',
  description: 'SCHEDULED also while a refused mail is tried again; FAILED when it is given up.',
});

export enum NotificationCancelReason {
  REASSIGNED = 'REASSIGNED',
  UNASSIGNED = 'UNASSIGNED',
  TICKET_DELETED = 'TICKET_DELETED',
  USER_DELETED = 'USER_DELETED',
  UNSUBSCRIBED = 'UNSUBSCRIBED',
  BY_STAFF = 'BY_STAFF',
  EMAIL_UNCONFIRMED = 'EMAIL_UNCONFIRMED',
}
registerEnumType(NotificationCancelReason, {
  name: 'NotificationCancelReason',
  description:
    'Why a mail is no longer owed. UNASSIGNED also for a digest of somebody who has no ticket any more. EMAIL_UNCONFIRMED: the recipient signed up, and had not confirmed the address when the mail was due.',
});

/** The row is the truth; a job only wakes somebody up to look at it (architecture, "Notifications"). */
@ObjectType({
  implements: Node,
  description: 'One e-mail that the server owes, sent, or decided not to send.',
})
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
export class Notification extends Node {
  [OptionalProps]?: 'status';

  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @Field(() => NotificationKind)
  @Enum({ items: () => NotificationKind, nativeEnumName: 'notification_kind' })
  kind!: NotificationKind;

  @Field(() => NotificationStatus)
  @Enum({ items: () => NotificationStatus, nativeEnumName: 'notification_status' })
  status: NotificationStatus = NotificationStatus.SCHEDULED;

  @ManyToOne({ entity: () => User, ref: true, deleteRule: 'restrict', updateRule: 'restrict' })
  recipient!: Ref<User>;

  /** Null for a digest. */
  @ManyToOne({ entity: () => Ticket, ref: true, nullable: true, deleteRule: 'restrict', updateRule: 'restrict' })
  ticket: Ref<Ticket> | null = null;

  /** Who caused it, for the mail's text; null for what the system did by itself, or several people together. */
  @ManyToOne({
    entity: () => User,
    ref: true,
    nullable: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
    index: 'notification_actor_id',
  })
  actor: Ref<User> | null = null;

  /**
   * What an UPDATED mail tells, merged over the delay (requirements C13). A comment stands by its id, under the field
   * `comment`.
   */
  @Property({ type: 'json' })
  changes: Opt<FieldChange[]> = [];

  /**
   * Of the changes that it tells of, the first one first: makes the mail part of their traces (W3C Trace Context). Null
   * without tracing.
   */
  @Property({ type: 'array', nullable: true })
  traceparents: string[] | null = withTraceparent(null);

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When it is due; attempts after a refusal come later.' })
  @Property({ type: 'datetime', length: 3 })
  sendAt!: Date;

  /** When to try again after a refusal; `sendAt` stays as it is. */
  @Property({ type: 'datetime', length: 3, nullable: true })
  retryAt: Date | null = null;

  @Field(() => DateTime, { nullable: true })
  @Property({ type: 'datetime', length: 3, nullable: true })
  sentAt: Date | null = null;

  @Field(() => DateTime, { nullable: true })
  @Property({ type: 'datetime', length: 3, nullable: true })
  cancelledAt: Date | null = null;

  @Field(() => NotificationCancelReason, {
    nullable: true,
    description: 'Null unless cancelled, and when nothing was left to tell: all changes were taken back.',
  })
  @Enum({ items: () => NotificationCancelReason, nativeEnumName: 'notification_cancel_reason', nullable: true })
  cancelReason: NotificationCancelReason | null = null;

  @Field(() => Int, { description: 'How often it was taken up to be sent.' })
  @Property({ type: 'integer' })
  attempts: Opt<number> = 0;

  @Field(() => String, {
    nullable: true,
    description: 'Short, without addresses or secrets; null unless an attempt failed.',
  })
  @Property({ type: 'text', nullable: true })
  lastError: string | null = null;

  /**
   * Until when a worker has it in hand: one that died lets go of it by the passing of time. Null only until the first
   * attempt.
   */
  @Property({ type: 'datetime', length: 3, nullable: true })
  claimedUntil: Date | null = null;
}
