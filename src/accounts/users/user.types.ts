import { Field, ObjectType } from 'type-graphql';
import { connectionTypes } from '../../graphql/connection-types.js';
import { User } from './user.entity.js';

@ObjectType({ description: 'What a user may do with tickets at all. It narrows the role, never widens it.' })
export class TicketPermissions {
  @Field(() => Boolean, { description: 'Create tickets. Default true.' })
  create!: boolean;

  @Field(() => Boolean, { description: 'Change tickets and comments. Default true.' })
  edit!: boolean;

  @Field(() => Boolean, { description: 'See tickets. Default true.' })
  view!: boolean;

  @Field(() => Boolean, { description: 'Delete tickets and comments. Default true.' })
  delete!: boolean;
}

export const { Connection: UserConnection } = connectionTypes('User', () => User);
