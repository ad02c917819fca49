import { type Opt, type Ref } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { User } from '../../accounts/users/user.entity.js';
import { newId } from '../../common/id.js';
import { Comment } from '../comments/comment.entity.js';
import { Ticket } from '../ticket.entity.js';

/** Somebody whom a text names, and who could read it when it was written. */
@Entity({ tableName: 'ticket_mention' })
@Index({ name: 'ticket_mention_by_ticket', properties: ['ticket', 'user'] })
@Unique({ name: 'ticket_mention_in_ticket', properties: ['ticket', 'user'], where: 'comment_id is null' })
@Unique({ name: 'ticket_mention_in_comment', properties: ['comment', 'user'] })
export class TicketMention {
  @PrimaryKey({ type: 'uuid' })
  id: Opt<string> = newId();

  @ManyToOne({ entity: () => Ticket, ref: true, deleteRule: 'restrict', updateRule: 'restrict' })
  ticket!: Ref<Ticket>;

  /** Null for the ticket's title and description. */
  @ManyToOne({ entity: () => Comment, ref: true, nullable: true, deleteRule: 'restrict', updateRule: 'restrict' })
  comment: Ref<Comment> | null = null;

  @ManyToOne({
    entity: () => User,
    ref: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
    index: 'ticket_mention_by_user',
  })
  user!: Ref<User>;

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;
}
