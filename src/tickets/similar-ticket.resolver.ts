import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { Authorized } from '../accounts/access.js';
import { type Context } from '../graphql/context.js';
import { signedIn } from '../accounts/accounts.context.js';
import { LISTED_SIMILAR_PRICE, SIMILAR_PRICE } from '../graphql/prices.js';
import { selectionOf } from '../graphql/selection.js';
import { checkedNumber, checkedText } from './similar-ticket.check.js';
import { DEFAULT_SIMILAR_TICKETS, MAX_SIMILAR_TICKETS, SimilarTicketsInput } from './similar-ticket.inputs.js';
import { SimilarTicket } from './similar-ticket.types.js';
import { Ticket } from './ticket.entity.js';
import { type TicketRow } from './ticket.reader.js';
import { similarByTicketId } from './tickets.context.js';

@Resolver(() => Ticket)
export class SimilarTicketResolver {
  @Authorized()
  @Query(() => [SimilarTicket], {
    complexity: SIMILAR_PRICE,
    description:
      'Asked before a ticket is created, to avoid duplicates. Best first; never one the viewer ' +
      'may not see; closed ones too; empty when nothing is near.',
  })
  async similarTickets(
    @Ctx() context: Context,
    @Arg('input', () => SimilarTicketsInput) input: SimilarTicketsInput,
    @Info() info: GraphQLResolveInfo,
  ) {
    const viewer = signedIn(context);
    return context.readers.similarTickets.toText(
      viewer,
      checkedText(input),
      checkedNumber(input.first),
      selectionOf(info),
    );
  }

  @FieldResolver(() => [SimilarTicket], {
    complexity: LISTED_SIMILAR_PRICE,
    description:
      'Tickets that may be about the same thing, best first, at most ten; never one the viewer may not see, nor one ' +
      'that is already linked to it as a duplicate.',
  })
  async similar(
    @Root() ticket: TicketRow,
    @Ctx() context: Context,
    @Arg('first', () => Int, {
      nullable: true,
      description: `Default ${DEFAULT_SIMILAR_TICKETS}, at most ${MAX_SIMILAR_TICKETS}.`,
    })
    first: number | null | undefined,
    @Info() info: GraphQLResolveInfo,
  ) {
    return similarByTicketId(context, checkedNumber(first), selectionOf(info)).load(ticket.id);
  }
}
