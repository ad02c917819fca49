import { type Opt, OptionalProps, type Ref } from '@mikro-orm/core';
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { newId } from '../common/id.js';
import { Joinable } from '../database/joinable.js';
import { Node } from '../graphql/node.js';
import { DETAILS_PRICE, LONG_TEXT_PRICE } from '../graphql/prices.js';
import { DateTime, JSONObject } from '../graphql/scalars.js';
import { Product } from '../products/product.entity.js';
import { User } from '../accounts/users/user.entity.js';

export enum TicketType {
  BUG = 'BUG',
  ENHANCEMENT = 'ENHANCEMENT',
  FEATURE = 'FEATURE',
}
registerEnumType(TicketType, {
  name: 'TicketType',
  description: 'What a ticket asks for.',
  valuesConfig: {
    BUG: { description: 'Something that does not work as it should.' },
    ENHANCEMENT: { description: 'Something that works and should work better.' },
    FEATURE: { description: 'Something that is not there yet.' },
  },
});

/** Lowest first: PostgreSQL orders an enum by its declaration. */
export enum TicketPriority {
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  EMERGENCY = 'EMERGENCY',
}
registerEnumType(TicketPriority, {
  name: 'TicketPriority',
  description: 'How much it matters, lowest first.',
  valuesConfig: {
    LOW: { description: 'When there is time.' },
    MEDIUM: { description: 'In its turn.' },
    HIGH: { description: 'Before most others.' },
    EMERGENCY: { description: 'At once.' },
  },
});

export enum TicketStatus {
  OPEN = 'OPEN',
  SELECTED_FOR_DEV = 'SELECTED_FOR_DEV',
  IN_PROGRESS = 'IN_PROGRESS',
  ON_HOLD = 'ON_HOLD',
  DONE = 'DONE',
  CLOSED = 'CLOSED',
}
registerEnumType(TicketStatus, {
  name: 'TicketStatus',
  description: 'A ticket is active until it is DONE or CLOSED. Every change from one to another is allowed.',
  valuesConfig: {
    OPEN: { description: 'Reported, and work has not begun. Active.' },
    SELECTED_FOR_DEV: { description: 'Chosen to be worked on. Active.' },
    IN_PROGRESS: { description: 'Somebody works on it. Active.' },
    ON_HOLD: { description: 'Waits for something. Active.' },
    DONE: { description: 'What it asks for is done.' },
    CLOSED: { description: 'Ended, done or not.' },
  },
});

const CLOSED_STATUSES: ReadonlySet<TicketStatus> = new Set([TicketStatus.DONE, TicketStatus.CLOSED]);

/** docs/behaviour.md, "Tickets". */
export function isActive(status: TicketStatus): boolean {
  return !CLOSED_STATUSES.has(status);
}

/** As PostgreSQL writes the expression, with which the migrations' check compares it. */
function activityOf(lastComment: string): string {
  return `GREATEST(created_at, updated_at, CASE WHEN (deleted_at IS NULL) THEN ${lastComment} ELSE NULL::timestamp with time zone END) stored`;
}

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A problem or a wish that somebody reported.' })
@Entity({ tableName: 'ticket' })
@Unique({ name: 'ticket_number_unique', properties: ['number'] })
@Check({ name: 'ticket_title_length', expression: '(char_length(title) >= 1) AND (char_length(title) <= 200)' })
@Check({
  name: 'ticket_description_length',
  expression: '(char_length(description) >= 1) AND (char_length(description) <= 10000)',
})
@Check({ name: 'ticket_not_its_own_duplicate', expression: 'duplicate_of_id <> id' })
// One index for each order of lists. The number breaks ties, so that keyset paging never skips or repeats a row.
// The first holds what lists are filtered by, so that looking for a match among the newest tickets reads no rows.
@Index({
  name: 'ticket_by_created_at',
  properties: ['createdAt', 'number'],
  include: ['status', 'priority', 'type', 'product', 'assignedTo'],
  where: 'deleted_at is null',
})
// These two hold whatever else lists are ordered by: an order that begins with them is sorted without reading rows.
@Index({
  name: 'ticket_by_priority',
  properties: ['priority', 'number'],
  include: ['status', 'createdAt', 'updatedAt', 'lastActivityAt', 'lastInternalActivityAt'],
  where: 'deleted_at is null',
})
@Index({
  name: 'ticket_by_status',
  properties: ['status', 'number'],
  include: ['priority', 'createdAt', 'updatedAt', 'lastActivityAt', 'lastInternalActivityAt'],
  where: 'deleted_at is null',
})
@Index({ name: 'ticket_by_activity', properties: ['lastActivityAt', 'number'], where: 'deleted_at is null' })
@Index({
  name: 'ticket_by_internal_activity',
  properties: ['lastInternalActivityAt', 'number'],
  where: 'deleted_at is null',
})
@Index({
  name: 'ticket_by_updated_at',
  expression:
    'create index "ticket_by_updated_at" on "ticket" (coalesce(updated_at, created_at), number) where deleted_at is null',
})
// Covering indexes for insights (index-only scans).
@Index({
  name: 'ticket_tally',
  properties: ['status', 'type', 'product', 'assignedTo'],
  where: 'deleted_at is null',
})
@Index({
  name: 'ticket_by_closed_at',
  properties: ['closedAt'],
  include: ['createdAt', 'assignedTo', 'product'],
  where: 'closed_at is not null and deleted_at is null',
})
@Index({ name: 'ticket_deleted', properties: ['createdAt', 'number'], where: 'deleted_at is not null' })
@Index({ name: 'ticket_by_creator', properties: ['createdBy', 'createdAt', 'number'] })
@Index({ name: 'ticket_by_assignee', properties: ['assignedTo', 'createdAt', 'number'] })
@Index({
  name: 'ticket_by_product',
  properties: ['product', 'createdAt', 'number'],
  include: ['status', 'priority', 'type', 'assignedTo'],
  where: 'deleted_at is null',
})
@Index({
  name: 'ticket_active',
  properties: ['assignedTo'],
  include: ['priority', 'status', 'product', 'createdAt', 'updatedAt', 'lastActivityAt', 'lastInternalActivityAt'],
  where: "status in ('OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD') and deleted_at is null",
})
@Index({ name: 'ticket_by_original', properties: ['duplicateOf'], where: 'duplicate_of_id is not null' })
export class Ticket extends Node {
  [OptionalProps]?: 'details' | 'type' | 'priority' | 'status';

  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @Field(() => Int, { description: 'Short number for people, unique, rising.' })
  @Property({ type: 'integer', autoincrement: true })
  number!: Opt<number>;

  @Field(() => String, { description: '1 to 200 characters.' })
  @Property({ type: 'text' })
  title!: string;

  @Field(() => String, { complexity: LONG_TEXT_PRICE, description: '1 to 10,000 characters.' })
  @Property({ type: 'text' })
  description!: string;

  @Field(() => JSONObject, {
    nullable: true,
    complexity: DETAILS_PRICE,
    description: "Whatever else the reporter's system knows.",
  })
  @Property({ type: 'json', nullable: true })
  details: Record<string, unknown> | null = null;

  @Field(() => TicketType, { description: 'What it asks for; BUG unless somebody chose.' })
  @Enum({ items: () => TicketType, nativeEnumName: 'ticket_type' })
  type: TicketType = TicketType.BUG;

  @Field(() => TicketPriority, { description: 'How much it matters; MEDIUM unless somebody chose.' })
  @Enum({ items: () => TicketPriority, nativeEnumName: 'ticket_priority' })
  priority: TicketPriority = TicketPriority.MEDIUM;

  @Field(() => TicketStatus, { description: 'How far it is; OPEN unless somebody chose.' })
  @Enum({ items: () => TicketStatus, nativeEnumName: 'ticket_status' })
  status: TicketStatus = TicketStatus.OPEN;

  @ManyToOne({ entity: () => Product, ref: true, nullable: true, deleteRule: 'restrict', updateRule: 'restrict' })
  @Joinable()
  product: Ref<Product> | null = null;

  @ManyToOne({ entity: () => User, ref: true, deleteRule: 'restrict', updateRule: 'restrict' })
  @Joinable()
  createdBy!: Ref<User>;

  @ManyToOne({ entity: () => User, ref: true, nullable: true, deleteRule: 'restrict', updateRule: 'restrict' })
  @Joinable()
  assignedTo: Ref<User> | null = null;

  @ManyToOne({ entity: () => Ticket, ref: true, nullable: true, deleteRule: 'restrict', updateRule: 'restrict' })
  duplicateOf: Ref<Ticket> | null = null;

  @Field(() => DateTime, { description: 'When it was reported.' })
  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'Null until the first change.' })
  @Property({ type: 'datetime', length: 3, nullable: true })
  updatedAt: Date | null = null;

  @Field(() => DateTime, { nullable: true, description: 'When it last became DONE or CLOSED; null while active.' })
  @Property({ type: 'datetime', length: 3, nullable: true })
  closedAt: Date | null = null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Set while the ticket is deleted; only canDeleteAll sees those.',
  })
  @Property({ type: 'datetime', length: 3, nullable: true })
  deletedAt: Date | null = null;

  @Field(() => Int, {
    description: 'Rises by one at each change; send it back as expectedVersion to refuse a lost update.',
  })
  @Property({ type: 'integer', version: true })
  version: Opt<number> = 1;

  // Kept by triggers on comments and by the expressions below (Migration20261127143000_activity). The schema shows them
  // through ticket-activity.resolver.ts, by what the viewer may read.

  /** Live comments that are not internal. */
  @Property({ type: 'integer', default: 0 })
  commentCount: Opt<number> = 0;

  /** Live internal comments. */
  @Property({ type: 'integer', default: 0 })
  internalCommentCount: Opt<number> = 0;

  @Property({ type: 'datetime', length: 3, nullable: true })
  lastCommentAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  lastInternalCommentAt: Date | null = null;

  /** The newest of creation, last change and last comment, without internal ones. A deleted ticket hides its comments. */
  @Property({ type: 'datetime', length: 3, generated: activityOf('last_comment_at') })
  lastActivityAt!: Opt<Date>;

  /** The same with internal comments. */
  @Property({
    type: 'datetime',
    length: 3,
    generated: activityOf('GREATEST(last_comment_at, last_internal_comment_at)'),
  })
  lastInternalActivityAt!: Opt<Date>;
}
