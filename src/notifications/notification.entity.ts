import { type Opt, OptionalProps, type Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { newId } from '../common/id.js';
import { Joinable } from '../database/joinable.js';
import { Node } from '../graphql/node.js';
import { DateTime } from '../graphql/scalars.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { User } from '../accounts/users/user.entity.js';
import { type MailedChange } from './mailed-changes.js';
import { withTraceparent } from './traceparents.js';

export enum NotificationKind {
  ASSIGNED = 'ASSIGNED',
  UPDATED = 'UPDATED',
  DIGEST = 'DIGEST',
  REPLIED = 'REPLIED',
  NEW_UNASSIGNED = 'NEW_UNASSIGNED',
  MENTIONED = 'MENTIONED',
}
registerEnumType(NotificationKind, {
  name: 'NotificationKind',
  description:
    'What a mail is about: one ticket that concerns you, or all your active tickets. Clients must expect further kinds.',
  valuesConfig: {
    ASSIGNED: { description: 'A ticket is yours now.' },
    UPDATED: { description: 'Somebody else changed a ticket that concerns you.' },
    DIGEST: { description: 'A summary of your tickets.' },
    REPLIED: { description: 'A comment by somebody else on a ticket that concerns you.' },
    NEW_UNASSIGNED: {
      description: 'A new ticket that nobody is assigned to, to the owner of its product or to those who may assign.',
    },
    MENTIONED: { description: '@username in a title, description or comment that you may read.' },
  },
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
  valuesConfig: {
    SCHEDULED: { description: 'Waits until it is due, or to be tried again.' },
    SENT: { description: 'A mail server took it.' },
    CANCELLED: { description: 'It will not be sent: see cancelReason.' },
    FAILED: { description: 'Refused for good, or too often: given up.' },
  },
});

export enum NotificationCancelReason {
  REASSIGNED = 'REASSIGNED',
  UNASSIGNED = 'UNASSIGNED',
  TICKET_DELETED = 'TICKET_DELETED',
  USER_DELETED = 'USER_DELETED',
  UNSUBSCRIBED = 'UNSUBSCRIBED',
  BY_STAFF = 'BY_STAFF',
  EMAIL_UNCONFIRMED = 'EMAIL_UNCONFIRMED',
  NOT_VISIBLE = 'NOT_VISIBLE',
  ASSIGNED = 'ASSIGNED',
  MERGED = 'MERGED',
  RETRACTED = 'RETRACTED',
}
registerEnumType(NotificationCancelReason, {
  name: 'NotificationCancelReason',
  description: 'Why a pending mail was cancelled. UNASSIGNED also for a digest without tickets.',
  valuesConfig: {
    REASSIGNED: { description: 'The ticket was assigned to somebody else.' },
    UNASSIGNED: { description: 'The ticket has no assignee any more, or the digest has no tickets.' },
    TICKET_DELETED: { description: 'The ticket was deleted.' },
    USER_DELETED: { description: "The recipient's account was deleted." },
    UNSUBSCRIBED: { description: 'The recipient wants no such mails.' },
    EMAIL_UNCONFIRMED: {
      description: 'The recipient signed up, and had not confirmed the address when the mail was due.',
    },
    NOT_VISIBLE: { description: 'The recipient may not see the ticket any more.' },
    ASSIGNED: { description: 'NEW_UNASSIGNED: somebody is.' },
    MERGED: { description: 'Part of another mail to the same person.' },
    RETRACTED: { description: 'Its content was taken back.' },
    BY_STAFF: { description: 'Somebody who may manage tickets cancelled it.' },
  },
});

/** In this order: a mail for several reasons names the first one. */
export enum NotificationReason {
  MENTIONED = 'MENTIONED',
  ASSIGNEE = 'ASSIGNEE',
  CREATOR = 'CREATOR',
  WATCHER = 'WATCHER',
  COMMENTER = 'COMMENTER',
  PRODUCT_OWNER = 'PRODUCT_OWNER',
  QUEUE = 'QUEUE',
}
registerEnumType(NotificationReason, {
  name: 'NotificationReason',
  description: 'Why somebody gets a mail; of several the first in this order.',
  valuesConfig: {
    MENTIONED: { description: 'Somebody named them in the ticket.' },
    ASSIGNEE: { description: 'The ticket is assigned to them.' },
    CREATOR: { description: 'They reported the ticket.' },
    WATCHER: { description: 'They watch the ticket.' },
    COMMENTER: { description: 'They commented on the ticket.' },
    PRODUCT_OWNER: { description: 'They own the product of the new ticket.' },
    QUEUE: { description: 'They may assign new tickets.' },
  },
});

/** A mail to be sent (outbox). The row is authoritative; a job only triggers a look at it. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'One e-mail: pending, sent, or cancelled.',
})
@Entity({ tableName: 'notification' })
// At most one pending mail of a kind for a person and ticket, so that concurrent requests cannot enqueue two. A leased
// row does not count, so that changes made while it is being sent enqueue a new one.
@Unique({
  name: 'notification_once_scheduled',
  properties: ['kind', 'recipient', 'ticket'],
  where: "status = 'SCHEDULED' and ticket_id is not null and lease_expires_at is null",
})
@Unique({
  name: 'notification_digest_once_scheduled',
  properties: ['recipient'],
  where: "status = 'SCHEDULED' and kind = 'DIGEST' and lease_expires_at is null",
})
@Index({ name: 'notification_waiting', properties: ['ticket', 'recipient'], where: "status = 'SCHEDULED'" })
@Index({ name: 'notification_due', properties: ['sendAt'], where: "status = 'SCHEDULED'" })
@Index({ name: 'notification_by_recipient', properties: ['recipient', 'sendAt', 'id'] })
@Index({ name: 'notification_by_ticket', properties: ['ticket', 'sendAt', 'id'] })
@Index({ name: 'notification_by_actor', properties: ['actor', 'recipient', 'sentAt'] })
@Index({ name: 'notification_by_send_at', properties: ['sendAt', 'id'] })
export class Notification extends Node {
  [OptionalProps]?: 'status';

  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @Field(() => NotificationKind, { description: 'What the mail is about.' })
  @Enum({ items: () => NotificationKind, nativeEnumName: 'notification_kind' })
  kind!: NotificationKind;

  @Field(() => NotificationStatus, { description: 'What has become of it.' })
  @Enum({ items: () => NotificationStatus, nativeEnumName: 'notification_status' })
  status: NotificationStatus = NotificationStatus.SCHEDULED;

  @ManyToOne({ entity: () => User, ref: true, deleteRule: 'restrict', updateRule: 'restrict' })
  @Joinable()
  recipient!: Ref<User>;

  /** As of when it was enqueued, or sent. Null for a digest, and for mails that were enqueued before reasons were kept. */
  @Field(() => NotificationReason, { nullable: true, description: 'Why they get it. Null for a digest.' })
  @Enum({ items: () => NotificationReason, nativeEnumName: 'notification_reason', nullable: true })
  reason: NotificationReason | null = null;

  /** Null for a digest. */
  @ManyToOne({ entity: () => Ticket, ref: true, nullable: true, deleteRule: 'restrict', updateRule: 'restrict' })
  ticket: Ref<Ticket> | null = null;

  /** The author of the changes, for the mail's text; null for the system and for several people. */
  @ManyToOne({
    entity: () => User,
    ref: true,
    nullable: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
  })
  actor: Ref<User> | null = null;

  /**
   * Its content, in the order of writing (mailed-changes.ts): changes of fields, and comments and texts to be read when
   * the mail is sent. A sent DIGEST: the ids of the tickets closed shortly before `coveredUntil` that it listed.
   */
  @Property({ type: 'json' })
  changes: Opt<MailedChange[]> = [];

  /**
   * Traceparents of its changes, the first one first: they make the mail part of their traces (W3C Trace Context). Null
   * without tracing.
   */
  @Property({ type: 'array', nullable: true })
  traceparents: string[] | null = withTraceparent(null);

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When it is due; attempts after a refusal come later.' })
  @Property({ type: 'datetime', length: 3 })
  sendAt!: Date;

  /** When to retry after a temporary refusal, or beyond its author's limit; `sendAt` does not change. */
  @Property({ type: 'datetime', length: 3, nullable: true })
  retryAt: Date | null = null;

  /**
   * The notification whose mail includes this one; itself for the first of several. Set while it waits beyond its
   * author's limit (author-limit.ts); null for one with a mail of its own.
   */
  @Property({ type: 'uuid', nullable: true })
  mailedWith: string | null = null;

  /**
   * The notification whose mail carries this one too: set while that mail is being sent or tried again, and kept when
   * this one is cancelled as MERGED.
   */
  @Property({ type: 'uuid', nullable: true })
  mergedInto: string | null = null;

  @Field(() => DateTime, { nullable: true, description: 'When a mail server took it; null unless it is SENT.' })
  @Property({ type: 'datetime', length: 3, nullable: true })
  sentAt: Date | null = null;

  /** When a sent DIGEST read the tickets: the next one lists those closed since. */
  @Property({ type: 'datetime', length: 3, nullable: true })
  coveredUntil: Date | null = null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was decided not to send it; null unless it is CANCELLED.',
  })
  @Property({ type: 'datetime', length: 3, nullable: true })
  cancelledAt: Date | null = null;

  @Field(() => NotificationCancelReason, {
    nullable: true,
    description: 'Null unless cancelled, and when no content was left: all changes were taken back.',
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

  /** When the lease of the worker that sends it expires, also if that worker has died. Null until the first attempt. */
  @Property({ type: 'datetime', length: 3, nullable: true })
  leaseExpiresAt: Date | null = null;
}
