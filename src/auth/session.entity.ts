import { type Opt, type Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { newId } from '../database/id.js';
import { Node } from '../graphql/node.js';
import { DateTime } from '../graphql/scalars.js';
import { User } from '../users/user.entity.js';

/** Access tokens name it, and die with it. */
@ObjectType({ implements: Node, description: 'One signed-in device.' })
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

  @Field(() => DateTime)
  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Field(() => DateTime)
  @Property({ type: 'datetime', length: 3 })
  lastUsedAt!: Date;

  @Field(() => DateTime)
  @Property({ type: 'datetime', length: 3 })
  expiresAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  revokedAt: Date | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  ipAddress: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  userAgent: string | null = null;
}
