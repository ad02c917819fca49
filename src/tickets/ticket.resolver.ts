import { type GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { CommentConnection } from '../comments/comment.types.js';
import { isId } from '../database/id.js';
import { Authorized } from '../graphql/access.js';
import { ConnectionArgs } from '../graphql/connection.js';
import { type Context, signedIn } from '../graphql/context.js';
import { selectionOf } from '../graphql/selection.js';
import { Product } from '../products/product.entity.js';
import { User } from '../users/user.entity.js';
import { Ticket } from './ticket.entity.js';
import { CreateTicketInput, DeleteTicketInput, TicketFilter, TicketOrder, UpdateTicketInput } from './ticket.inputs.js';
import { CreateTicketPayload, DeleteTicketPayload, UpdateTicketPayload } from './ticket.payloads.js';
import { canAssignTicket, canDeleteTicket, canEditTicket, factsOfRow } from './ticket.policy.js';
import { type TicketRow } from './ticket.reader.js';
import { TicketConnection } from './ticket.types.js';

/** PostgreSQL's integer; GraphQL's Int is the same size, but not below one for a ticket's number. */
const FIRST_NUMBER = 1;

@ArgsType()
class TicketsArgs extends ConnectionArgs {
  @Field(() => TicketFilter, { nullable: true })
  filter?: TicketFilter | null;

  @Field(() => TicketOrder, { nullable: true })
  orderBy?: TicketOrder | null;
}

@Resolver(() => Ticket)
export class TicketResolver {
  @Authorized()
  @Query(() => Ticket, { nullable: true, description: 'Null when there is none, or the viewer may not see it.' })
  async ticket(@Ctx() context: Context, @Arg('id', () => ID) id: string, @Info() info: GraphQLResolveInfo) {
    return isId(id) ? context.readers.tickets.one(signedIn(context), { id }, selectionOf(info)) : null;
  }

  @Authorized()
  @Query(() => Ticket, { nullable: true, description: 'Null when there is none, or the viewer may not see it.' })
  async ticketByNumber(
    @Ctx() context: Context,
    @Arg('number', () => Int) number: number,
    @Info() info: GraphQLResolveInfo,
  ) {
    return number < FIRST_NUMBER ? null : context.readers.tickets.one(signedIn(context), { number }, selectionOf(info));
  }

  @Authorized()
  @Query(() => TicketConnection, { description: 'The tickets that the viewer may see; newest first by default.' })
  async tickets(@Ctx() context: Context, @Args(() => TicketsArgs) args: TicketsArgs, @Info() info: GraphQLResolveInfo) {
    return context.readers.tickets.page(signedIn(context), args, selectionOf(info));
  }

  @Authorized()
  @Mutation(() => CreateTicketPayload, {
    description: 'Needs the create bit. A mail goes to the assignee after the delay.',
  })
  async createTicket(@Ctx() context: Context, @Arg('input', () => CreateTicketInput) input: CreateTicketInput) {
    return { ticketId: await context.services.tickets.create(signedIn(context), input) };
  }

  @Authorized()
  @Mutation(() => UpdateTicketPayload, {
    description:
      'The creator or canEditAll; status also for the assignee and canManageTickets, assignedTo also for ' +
      'canAssignTickets. A field the viewer may not change is FORBIDDEN, never skipped. Needs the edit bit.',
  })
  async updateTicket(@Ctx() context: Context, @Arg('input', () => UpdateTicketInput) input: UpdateTicketInput) {
    return { ticketId: await context.services.tickets.update(signedIn(context), input) };
  }

  @Authorized()
  @Mutation(() => DeleteTicketPayload, { description: 'The creator or canDeleteAll. Needs the delete bit.' })
  async deleteTicket(@Ctx() context: Context, @Arg('input', () => DeleteTicketInput) input: DeleteTicketInput) {
    return { ticketId: await context.services.tickets.delete(signedIn(context), input.id) };
  }

  @FieldResolver(() => User)
  async createdBy(@Root() ticket: TicketRow, @Ctx() { loaders }: Context) {
    return ticket.createdBy ?? loaders.userById.load(ticket.createdById);
  }

  @FieldResolver(() => User, { nullable: true })
  async assignedTo(@Root() ticket: TicketRow, @Ctx() { loaders }: Context) {
    return ticket.assignedTo ?? (ticket.assignedToId && loaders.userById.load(ticket.assignedToId));
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The software system that it is about.' })
  async product(@Root() ticket: TicketRow, @Ctx() { loaders }: Context) {
    return ticket.product ?? (ticket.productId && loaders.productById.load(ticket.productId));
  }

  @FieldResolver(() => CommentConnection, { description: 'Oldest first.' })
  async comments(
    @Root() ticket: TicketRow,
    @Ctx() { loaders }: Context,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return loaders.commentsByTicketId(args, selectionOf(info)).load(ticket.id);
  }

  @FieldResolver(() => Boolean, { description: 'Whether the viewer may change its texts, type, priority and product.' })
  viewerCanEdit(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canEditTicket(signedIn(context), factsOfRow(ticket));
  }

  @FieldResolver(() => Boolean)
  viewerCanAssign(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canAssignTicket(signedIn(context), factsOfRow(ticket));
  }

  @FieldResolver(() => Boolean)
  viewerCanDelete(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canDeleteTicket(signedIn(context), factsOfRow(ticket));
  }
}
