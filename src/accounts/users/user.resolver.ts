import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import { Session } from '../sessions/session.entity.js';
import { isId } from '../../common/id.js';
import { DependsOnColumns } from '../../database/depends-on-columns.js';
import { Authorized, Public, VisibleIf } from '../access.js';
import { ConnectionArgs } from '../../graphql/connection.js';
import { type Context } from '../../graphql/context.js';
import { signedIn, userById, roleById } from '../accounts.context.js';
import { Direct } from '../../graphql/direct-resolvers.js';
import { EmailAddress } from '../../graphql/scalars.js';
import { selectionOf } from '../../graphql/selection.js';
import { Role } from '../roles/role.entity.js';
import { User } from './user.entity.js';
import { UserFilter, UserOrder } from './user.inputs.js';
import { canSeeEmail, canSeeEmailConfirmed, canSeeTicketPermissions, isOwnAccount } from './user.policy.js';
import { fullName, type UserRow } from './user.reader.js';
import { TicketPermissions, UserConnection } from './user.types.js';

@ArgsType()
class UsersArgs extends ConnectionArgs {
  @Field(() => UserFilter, { nullable: true })
  filter?: UserFilter | null;

  @Field(() => UserOrder, { nullable: true })
  orderBy?: UserOrder | null;
}

@Resolver(() => User)
export class UserResolver {
  @Public()
  @Query(() => User, { nullable: true, description: 'Null when not signed in.' })
  async viewer(@Ctx() context: Context) {
    return context.viewer && userById(context).load(context.viewer.id);
  }

  @Authorized()
  @Query(() => User, { nullable: true, description: 'Null when there is none, or it is deleted.' })
  async user(@Ctx() context: Context, @Arg('id', () => ID, { description: "The user's." }) id: string) {
    const user = isId(id) ? await userById(context).load(id.toLowerCase()) : null;
    return user?.deletedAt === null ? user : null;
  }

  @Authorized()
  @Query(() => User, { nullable: true, description: 'Null when there is none, or it is deleted.' })
  async userByUsername(
    @Ctx() { readers }: Context,
    @Arg('username', () => String, { description: 'In any letter case.' }) username: string,
  ) {
    return readers.users.byUsername(username);
  }

  @Authorized()
  @Query(() => UserConnection, { description: 'People with an account, oldest account first.' })
  async users(@Ctx() context: Context, @Args(() => UsersArgs) args: UsersArgs, @Info() info: GraphQLResolveInfo) {
    return context.readers.users.page(signedIn(context), args, selectionOf(info));
  }

  @Authorized()
  @Query(() => [Role], { description: 'The roles that people may be given, by name.' })
  async roles(@Ctx() { readers }: Context) {
    return readers.users.roles();
  }

  @DependsOnColumns(User, 'firstName', 'lastName')
  @Direct()
  @FieldResolver(() => String, { description: 'firstName and lastName, joined by one space.' })
  name(@Root() user: UserRow): string {
    return fullName(user);
  }

  @DependsOnColumns(User, 'email', 'deletedAt')
  @VisibleIf(canSeeEmail)
  @FieldResolver(() => EmailAddress, {
    nullable: true,
    description:
      'Null unless it is your own, or you may manage users or tickets. Null for everybody once the account is deleted.',
  })
  email(@Root() user: UserRow): string | null {
    return user.deletedAt === null ? user.email : null;
  }

  @DependsOnColumns(User, 'pendingEmail')
  @VisibleIf(isOwnAccount)
  @FieldResolver(() => EmailAddress, {
    nullable: true,
    description:
      'Your own new address, until the mail sent to it is confirmed; null otherwise. `email` stays the old one meanwhile, and nothing is reserved: TAKEN comes at confirmation.',
  })
  pendingEmail(@Root() user: UserRow): string | null {
    return user.pendingEmail;
  }

  @DependsOnColumns(User, 'emailConfirmed')
  @VisibleIf(canSeeEmailConfirmed)
  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Your own, or for those who may manage users; null otherwise. False only for who signed up, until the mail to the address is confirmed: it then gets no mails about tickets, nobody is found by it, and the account has none of the rights of its role.',
  })
  emailConfirmed(@Root() user: UserRow): boolean {
    return user.emailConfirmed;
  }

  @Direct()
  @FieldResolver(() => Role, { description: 'What they may do.' })
  role(@Root() user: UserRow, @Ctx() context: Context) {
    return user.role ?? roleById(context).load(user.roleId);
  }

  @VisibleIf(canSeeTicketPermissions)
  @FieldResolver(() => TicketPermissions, {
    nullable: true,
    description: 'Null unless it is your own, or you may manage users.',
  })
  ticketPermissions(@Root() user: UserRow): TicketPermissions {
    return {
      create: user.mayCreateTickets,
      edit: user.mayEditTickets,
      view: user.mayViewTickets,
      delete: user.mayDeleteTickets,
    };
  }

  @VisibleIf(isOwnAccount)
  @FieldResolver(() => [Session], {
    nullable: true,
    description: 'Null unless it is your own. The live ones, last used first.',
  })
  async sessions(@Root() user: UserRow, @Ctx() { readers }: Context) {
    return readers.sessions.live(user.id);
  }
}
