import { type GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { User } from '../../accounts/users/user.entity.js';
import { DependsOnColumns } from '../../database/depends-on-columns.js';
import { ConnectionArgs } from '../../graphql/connection.js';
import { type Context } from '../../graphql/context.js';
import { Direct } from '../../graphql/direct-resolvers.js';
import { selectionOf } from '../../graphql/selection.js';
import { Ticket } from '../ticket.entity.js';
import { CommentConnection } from './comment.types.js';
import { commentsBy } from './comments.context.js';

@Resolver(() => Ticket)
export class TicketCommentsResolver {
  @DependsOnColumns(Ticket)
  @Direct()
  @FieldResolver(() => CommentConnection, { description: 'Oldest first.' })
  comments(
    @Root() ticket: { id: string },
    @Ctx() context: Context,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return commentsBy(context, 'ticket', args, selectionOf(info)).load(ticket.id);
  }
}

@Resolver(() => User)
export class UserCommentsResolver {
  @FieldResolver(() => CommentConnection, { description: 'Those that the viewer may see, oldest first.' })
  async comments(
    @Root() user: { id: string },
    @Ctx() context: Context,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return commentsBy(context, 'author', args, selectionOf(info)).load(user.id);
  }
}
