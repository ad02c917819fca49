import { type GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { User } from '../accounts/users/user.entity.js';
import { type Context } from '../graphql/context.js';
import { selectionOf } from '../graphql/selection.js';
import { Product } from '../products/product.entity.js';
import { TicketsArgs } from './ticket.args.js';
import { TicketConnection } from './ticket.types.js';
import { ticketsBy } from './tickets.context.js';

const DESCRIPTION = 'Those that the viewer may see; newest first by default.';

@Resolver(() => User)
export class UserTicketsResolver {
  @FieldResolver(() => TicketConnection, { description: DESCRIPTION })
  async createdTickets(
    @Root() user: { id: string },
    @Ctx() context: Context,
    @Args(() => TicketsArgs) args: TicketsArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return ticketsBy(context, 'createdBy', args, selectionOf(info)).load(user.id);
  }

  @FieldResolver(() => TicketConnection, { description: DESCRIPTION })
  async assignedTickets(
    @Root() user: { id: string },
    @Ctx() context: Context,
    @Args(() => TicketsArgs) args: TicketsArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return ticketsBy(context, 'assignedTo', args, selectionOf(info)).load(user.id);
  }
}

@Resolver(() => Product)
export class ProductTicketsResolver {
  @FieldResolver(() => TicketConnection, { description: DESCRIPTION })
  async tickets(
    @Root() product: { id: string },
    @Ctx() context: Context,
    @Args(() => TicketsArgs) args: TicketsArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return ticketsBy(context, 'product', args, selectionOf(info)).load(product.id);
  }
}
