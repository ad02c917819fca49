import { type GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { DependsOnColumns } from '../../database/depends-on-columns.js';
import { ConnectionArgs } from '../../graphql/connection.js';
import { type Context } from '../../graphql/context.js';
import { Direct } from '../../graphql/direct-resolvers.js';
import { selectionOf } from '../../graphql/selection.js';
import { Ticket } from '../ticket.entity.js';
import { timelineBy } from './timeline.context.js';
import { TimelineConnection } from './timeline.types.js';

@Resolver(() => Ticket)
export class TicketTimelineResolver {
  @DependsOnColumns(Ticket)
  @Direct()
  @FieldResolver(() => TimelineConnection, {
    description:
      'Comments and changes in one list, by createdAt, then id: oldest first. COMMENTED events are left out, as their ' +
      'comments stand there. Of a deleted comment nothing is left.',
  })
  timeline(
    @Root() ticket: { id: string },
    @Ctx() context: Context,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return timelineBy(context, 'ticket', args, selectionOf(info)).load(ticket.id);
  }
}
