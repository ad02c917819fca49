import { type Opt, type Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Comment } from './comments/comment.entity.js';
import { newId } from '../common/id.js';
import { Joinable } from '../database/joinable.js';
import { Node } from '../graphql/node.js';
import { DateTime } from '../graphql/scalars.js';
import { User } from '../accounts/users/user.entity.js';
import { Ticket } from './ticket.entity.js';

export enum TicketEventKind {
  CREATED = 'CREATED',
  CHANGED = 'CHANGED',
  COMMENTED = 'COMMENTED',
  DELETED = 'DELETED',
  RESTORED = 'RESTORED',
}
registerEnumType(TicketEventKind, {
  name: 'TicketEventKind',
  description: 'What happened to a ticket.',
  valuesConfig: {
    CREATED: { description: 'It was reported.' },
    CHANGED: { description: 'Some of its fields were changed.' },
    COMMENTED: { description: 'Somebody commented on it.' },
    DELETED: { description: 'It was deleted.' },
    RESTORED: { description: 'It was brought back.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'One field that changed. People, products and tickets stand by their ids.',
})
export class FieldChange {
  @Field(() => String, { description: "The ticket's field, e.g. status or assignedTo." })
  field!: string;

  @Field(() => String, { nullable: true, description: 'The value before, as text; null when there was none.' })
  from!: string | null;

  @Field(() => String, { nullable: true, description: 'The value since, as text; null when there is none.' })
  to!: string | null;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'One thing that happened to a ticket. Events are never changed or removed.',
})
@Entity({ tableName: 'ticket_event' })
@Index({ name: 'ticket_event_by_ticket', properties: ['ticket', 'createdAt', 'id'] })
@Index({ name: 'ticket_event_by_timeline', properties: ['ticket', 'createdAt', 'id'], where: 'comment_id is null' })
export class TicketEvent extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @Field(() => TicketEventKind, { description: 'What happened.' })
  @Enum({ items: () => TicketEventKind, nativeEnumName: 'ticket_event_kind' })
  kind!: TicketEventKind;

  @ManyToOne({ entity: () => Ticket, ref: true, deleteRule: 'restrict', updateRule: 'restrict' })
  ticket!: Ref<Ticket>;

  /** Null for changes that the system made. */
  @ManyToOne({
    entity: () => User,
    ref: true,
    nullable: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
    index: 'ticket_event_actor_id',
  })
  @Joinable()
  actor: Ref<User> | null = null;

  /** The comment that was written: who may not see it does not see the event either. */
  @ManyToOne({
    entity: () => Comment,
    ref: true,
    nullable: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
    index: 'ticket_event_comment_id',
  })
  comment: Ref<Comment> | null = null;

  /** Shown by the resolver, which leaves out what the viewer may not see. */
  @Property({ type: 'json' })
  changes: Opt<FieldChange[]> = [];

  @Field(() => DateTime, { description: 'When it happened.' })
  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Field(() => Boolean, { description: 'False when its author asked for silence: no mail tells of it.' })
  @Property({ type: 'boolean' })
  notified: Opt<boolean> = true;
}
