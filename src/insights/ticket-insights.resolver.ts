import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Query, Resolver } from 'type-graphql';
import { Authorized } from '../graphql/access.js';
import { type Context } from '../graphql/context.js';
import { selectionOf } from '../graphql/selection.js';
import { TicketInsightsInput } from './ticket-insights.inputs.js';
import { TicketInsights } from './ticket-insights.types.js';

@Resolver()
export class TicketInsightsResolver {
  @Authorized()
  @Query(() => TicketInsights, {
    description: 'How much there is to do. For everybody who is signed in: it counts what they may not read, too.',
  })
  async ticketInsights(
    @Ctx() { readers }: Context,
    @Arg('input', () => TicketInsightsInput, { nullable: true }) input: TicketInsightsInput | null | undefined,
    @Info() info: GraphQLResolveInfo,
  ) {
    return readers.insights.tickets(input ?? {}, new Set(selectionOf(info).keys()));
  }
}
