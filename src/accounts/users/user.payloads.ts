import { Ctx, Field, ID, ObjectType } from 'type-graphql';
import { type Context } from '../../graphql/context.js';
import { Payload } from '../../graphql/payload.js';
import { Role } from '../roles/role.entity.js';
import { User } from './user.entity.js';
import { userById, roleById } from '../accounts.context.js';

/** The payload of a change to one account, which is read again only when the client asks for it. */
@ObjectType()
abstract class UserPayload extends Payload {
  userId?: string;

  @Field(() => User, { nullable: true, description: 'The user as it is now; null when there were userErrors.' })
  async user(@Ctx() context: Context) {
    return this.userId === undefined ? null : userById(context).load(this.userId);
  }
}

@ObjectType({ description: 'What createUser answers.' })
export class CreateUserPayload extends UserPayload {}

@ObjectType({ description: 'What updateUser answers.' })
export class UpdateUserPayload extends UserPayload {}

@ObjectType({ description: 'What setTicketPermissions answers.' })
export class SetTicketPermissionsPayload extends UserPayload {}

@ObjectType({ description: 'What deleteUser answers.' })
export class DeleteUserPayload extends UserPayload {}

@ObjectType()
abstract class RolePayload extends Payload {
  roleId?: string;

  @Field(() => Role, { nullable: true, description: 'The role as it is now; null when there were userErrors.' })
  async role(@Ctx() context: Context) {
    return this.roleId === undefined ? null : roleById(context).load(this.roleId);
  }
}

@ObjectType({ description: 'What createRole answers.' })
export class CreateRolePayload extends RolePayload {}

@ObjectType({ description: 'What updateRole answers.' })
export class UpdateRolePayload extends RolePayload {}

@ObjectType({ description: 'What deleteRole answers.' })
export class DeleteRolePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The role that is gone; null when there were userErrors.' })
  deletedRoleId?: string | null;
}
