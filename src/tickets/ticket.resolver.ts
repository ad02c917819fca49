import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { isId } from '../common/id.js';
import { DependsOnColumns } from '../database/depends-on-columns.js';
import { Authorized } from '../accounts/access.js';
import { ConnectionArgs } from '../graphql/connection.js';
import { type Context } from '../graphql/context.js';
import { signedIn, userById } from '../accounts/accounts.context.js';
import { Direct } from '../graphql/direct-resolvers.js';
import { ListSize } from '../graphql/list-size.js';
import { selectionOf } from '../graphql/selection.js';
import { Product } from '../products/product.entity.js';
import { User } from '../accounts/users/user.entity.js';
import { Ticket } from './ticket.entity.js';
import { TicketsArgs } from './ticket.args.js';
import { TicketEventConnection } from './ticket-event.types.js';
import { MAX_DUPLICATES, type TicketRow } from './ticket.reader.js';
import { TicketConnection } from './ticket.types.js';
import { productById } from '../products/products.context.js';
import { ticketById, duplicatesByTicketId, eventsBy } from './tickets.context.js';

/** Range of a ticket's number: PostgreSQL's integer, from 1. */
const FIRST_NUMBER = 1;

@Resolver(() => Ticket)
export class TicketResolver {
  async #one(context: Context, key: { id: string } | { number: number }, info: GraphQLResolveInfo) {
    return context.readers.tickets.one(signedIn(context), key, selectionOf(info));
  }

  @Authorized()
  @Query(() => Ticket, { nullable: true, description: 'Null when there is none, or the viewer may not see it.' })
  async ticket(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: "The ticket's." }) id: string,
    @Info() info: GraphQLResolveInfo,
  ) {
    return isId(id) ? this.#one(context, { id }, info) : null;
  }

  @Authorized()
  @Query(() => Ticket, { nullable: true, description: 'Null when there is none, or the viewer may not see it.' })
  async ticketByNumber(
    @Ctx() context: Context,
    @Arg('number', () => Int, { description: 'As people name it: 12 for #12.' }) number: number,
    @Info() info: GraphQLResolveInfo,
  ) {
    return number < FIRST_NUMBER ? null : this.#one(context, { number }, info);
  }

  @Authorized()
  @Query(() => TicketConnection, { description: 'The tickets that the viewer may see; newest first by default.' })
  async tickets(@Ctx() context: Context, @Args(() => TicketsArgs) args: TicketsArgs, @Info() info: GraphQLResolveInfo) {
    return context.readers.ticketLists.page(signedIn(context), args, selectionOf(info));
  }

  @Direct()
  @FieldResolver(() => User, { description: 'Who reported it; still named once the account is deleted.' })
  createdBy(@Root() ticket: TicketRow, @Ctx() context: Context) {
    return ticket.createdBy ?? userById(context).load(ticket.createdById);
  }

  @Direct()
  @FieldResolver(() => User, { nullable: true, description: 'The user who is to work on it; null if unassigned.' })
  assignedTo(@Root() ticket: TicketRow, @Ctx() context: Context) {
    return ticket.assignedTo ?? (ticket.assignedToId && userById(context).load(ticket.assignedToId));
  }

  @Direct()
  @FieldResolver(() => Product, { nullable: true, description: 'The software system that it is about.' })
  product(@Root() ticket: TicketRow, @Ctx() context: Context) {
    return ticket.product ?? (ticket.productId && productById(context).load(ticket.productId));
  }

  @FieldResolver(() => TicketEventConnection, { description: 'What happened to it, oldest first.' })
  async history(
    @Root() ticket: TicketRow,
    @Ctx() context: Context,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return eventsBy(context, 'ticket', args, selectionOf(info)).load(ticket.id);
  }

  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'The ticket that it repeats. Null also while that one is deleted, or hidden from the viewer.',
  })
  async duplicateOf(@Root() ticket: TicketRow, @Ctx() context: Context) {
    return ticket.duplicateOfId === null ? null : ticketById(context).load(ticket.duplicateOfId);
  }

  @ListSize(MAX_DUPLICATES)
  @FieldResolver(() => [Ticket], {
    description: `Those that repeat it and that the viewer may see, by number; the first ${MAX_DUPLICATES}.`,
  })
  async duplicates(@Root() ticket: TicketRow, @Ctx() context: Context) {
    return duplicatesByTicketId(context).load(ticket.id);
  }

  @DependsOnColumns(Ticket, 'number')
  @Direct()
  @FieldResolver(() => String, {
    description: "Where people read it: in the front end of FRONT_END_URL, or else at this server's /tickets/NUMBER.",
  })
  url(@Root() ticket: TicketRow, @Ctx() { services }: Context): string {
    return services.links.ticket(ticket.number);
  }
}
