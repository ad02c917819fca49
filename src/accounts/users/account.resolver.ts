import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Authorized } from '../access.js';
import { type Context } from '../../graphql/context.js';
import { signedIn } from '../accounts.context.js';
import { CreateRoleInput, DeleteRoleInput, UpdateRoleInput } from '../roles/role.inputs.js';
import { CreateUserInput, DeleteUserInput, SetTicketPermissionsInput, UpdateUserInput } from './user.inputs.js';
import {
  CreateRolePayload,
  CreateUserPayload,
  DeleteRolePayload,
  DeleteUserPayload,
  SetTicketPermissionsPayload,
  UpdateRolePayload,
  UpdateUserPayload,
} from './user.payloads.js';

/** Changes to accounts and roles. A payload is read by the loaders only now, so it shows what the change made. */
@Resolver()
export class AccountResolver {
  @Authorized('canManageUsers')
  @Mutation(() => CreateUserPayload, { description: 'Needs canManageUsers.' })
  async createUser(@Ctx() { services }: Context, @Arg('input', () => CreateUserInput) input: CreateUserInput) {
    return { userId: await services.users.create(input) };
  }

  @Authorized()
  @Mutation(() => UpdateUserPayload, {
    description:
      'Your own account, or canManageUsers. roleId needs canManageUsers. Your own new e-mail address needs currentPassword, ' +
      "and becomes the account's when the mail to it is confirmed; the old one is told. Of others it changes at once.",
  })
  async updateUser(@Ctx() context: Context, @Arg('input', () => UpdateUserInput) input: UpdateUserInput) {
    return { userId: await context.services.users.update(signedIn(context), context.client, input) };
  }

  @Authorized()
  @Mutation(() => SetTicketPermissionsPayload, {
    description: 'Needs canManageUsers; anybody may take rights from themselves.',
  })
  async setTicketPermissions(
    @Ctx() context: Context,
    @Arg('input', () => SetTicketPermissionsInput) input: SetTicketPermissionsInput,
  ) {
    return { userId: await context.services.users.setTicketPermissions(signedIn(context), input) };
  }

  @Authorized()
  @Mutation(() => DeleteUserPayload, {
    description:
      'Your own account, with currentPassword, or canManageUsers. Never the last one that can manage users. Sessions end, active tickets ' +
      'become unassigned, waiting mails are cancelled; what they wrote stays under their name.',
  })
  async deleteUser(@Ctx() context: Context, @Arg('input', () => DeleteUserInput) input: DeleteUserInput) {
    return { userId: await context.services.users.delete(signedIn(context), context.client, input) };
  }

  @Authorized('canManageUsers')
  @Mutation(() => CreateRolePayload, { description: 'Needs canManageUsers.' })
  async createRole(@Ctx() { services }: Context, @Arg('input', () => CreateRoleInput) input: CreateRoleInput) {
    return { roleId: await services.roles.create(input) };
  }

  @Authorized('canManageUsers')
  @Mutation(() => UpdateRolePayload, {
    description: 'Needs canManageUsers. Takes effect within five seconds for everybody who holds the role.',
  })
  async updateRole(@Ctx() { services }: Context, @Arg('input', () => UpdateRoleInput) input: UpdateRoleInput) {
    return { roleId: await services.roles.update(input) };
  }

  @Authorized('canManageUsers')
  @Mutation(() => DeleteRolePayload, {
    description: 'Needs canManageUsers. Refused while a user holds it, and for the built-in roles.',
  })
  async deleteRole(@Ctx() { services }: Context, @Arg('input', () => DeleteRoleInput) input: DeleteRoleInput) {
    return { deletedRoleId: await services.roles.delete(input.id) };
  }
}
