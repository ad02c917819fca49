import { type Opt, type Ref } from '@mikro-orm/core';
import { Check, Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { newId } from '../../common/id.js';
import { Joinable } from '../../database/joinable.js';
import { Node } from '../../graphql/node.js';
import { LONG_TEXT_PRICE } from '../../graphql/prices.js';
import { DateTime } from '../../graphql/scalars.js';
import { Ticket } from '../ticket.entity.js';
import { User } from '../../accounts/users/user.entity.js';

@ObjectType({ implements: Node, simpleResolvers: true, description: 'Something said about a ticket.' })
@Entity({ tableName: 'comment' })
@Check({
  name: 'comment_content_length',
  expression: '(char_length(content) >= 1) AND (char_length(content) <= 10000)',
})
@Index({ name: 'comment_by_ticket', properties: ['ticket', 'createdAt', 'id'], where: 'deleted_at is null' })
@Index({ name: 'comment_by_author', properties: ['author', 'createdAt', 'id'] })
@Index({ name: 'comment_by_created_at', properties: ['createdAt', 'id'], where: 'deleted_at is null' })
@Index({ name: 'comment_by_words', expression: 'create index "comment_by_words" on "comment" using gin (words)' })
export class Comment extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @Field(() => String, { complexity: LONG_TEXT_PRICE, description: '1 to 10,000 characters.' })
  @Property({ type: 'text' })
  content!: string;

  @Field(() => Boolean, {
    description: 'Only for those who may manage tickets; others never see it, nor its count.',
  })
  @Property({ type: 'boolean' })
  internal: Opt<boolean> = false;

  /** For searches, made by PostgreSQL. */
  @Property({
    type: 'string',
    columnType: 'tsvector',
    generated: 'comment_words(content) stored',
    nullable: true,
    hidden: true,
    lazy: true,
  })
  words?: string;

  @ManyToOne({ entity: () => Ticket, ref: true, deleteRule: 'restrict', updateRule: 'restrict' })
  @Joinable()
  ticket!: Ref<Ticket>;

  @ManyToOne({ entity: () => User, ref: true, deleteRule: 'restrict', updateRule: 'restrict' })
  @Joinable()
  author!: Ref<User>;

  @Field(() => DateTime, { description: 'When it was written.' })
  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'Null until the first change.' })
  @Property({ type: 'datetime', length: 3, nullable: true })
  updatedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  deletedAt: Date | null = null;

  @Property({ type: 'integer', version: true })
  version: Opt<number> = 1;
}
