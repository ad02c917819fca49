import { Field, ObjectType } from 'type-graphql';
import { connectionTypes } from '../graphql/connection-types.js';
import { User } from './user.entity.js';

@ObjectType({ description: 'What a user may do with tickets at all. It narrows the role, never widens it.' })
export class TicketPermissions {
  @Field(() => Boolean)
  create!: boolean;

  @Field(() => Boolean)
  edit!: boolean;

  @Field(() => Boolean)
  view!: boolean;

  @Field(() => Boolean)
  delete!: boolean;
}

export const { Connection: UserConnection } = connectionTypes('User', () => User);
