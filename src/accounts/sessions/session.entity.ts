import { type Opt, type Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { newId } from '../../common/id.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import { User } from '../users/user.entity.js';

/** Access tokens name it, and die with it. */
@ObjectType({ implements: Node, simpleResolvers: true, description: 'One signed-in device.' })
@Entity({ tableName: 'session' })
export class Session extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @ManyToOne({
    entity: () => User,
    ref: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
    index: 'session_user_id',
  })
  user!: Ref<User>;

  @Field(() => DateTime, { description: 'When it was signed in.' })
  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When its tokens were last refreshed.' })
  @Property({ type: 'datetime', length: 3 })
  lastUsedAt!: Date;

  @Field(() => DateTime, { description: 'When it ends, unless it is refreshed before.' })
  @Property({ type: 'datetime', length: 3 })
  expiresAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  revokedAt: Date | null = null;

  @Field(() => String, { nullable: true, description: 'Where it was signed in from; null when that is not known.' })
  @Property({ type: 'text', nullable: true })
  ipAddress: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'What it was signed in with, as the browser or program calls itself; null when it does not.',
  })
  @Property({ type: 'text', nullable: true })
  userAgent: string | null = null;
}
