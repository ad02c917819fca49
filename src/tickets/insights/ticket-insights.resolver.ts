import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Query, Resolver } from 'type-graphql';
import { Authorized } from '../../accounts/access.js';
import { type Context } from '../../graphql/context.js';
import { signedIn } from '../../accounts/accounts.context.js';
import { INSIGHTS_PRICE } from '../../graphql/prices.js';
import { selectionOf } from '../../graphql/selection.js';
import { TicketInsightsInput } from './ticket-insights.inputs.js';
import { TicketInsights } from './ticket-insights.types.js';

@Resolver()
export class TicketInsightsResolver {
  @Authorized()
  @Query(() => TicketInsights, {
    complexity: INSIGHTS_PRICE,
    description: 'How much there is to do. For everybody who is signed in: it counts what they may not read, too.',
  })
  async ticketInsights(
    @Ctx() context: Context,
    @Arg('input', () => TicketInsightsInput, { nullable: true }) input: TicketInsightsInput | null | undefined,
    @Info() info: GraphQLResolveInfo,
  ) {
    const wanted = new Set(selectionOf(info).keys());
    return context.readers.insights.tickets(signedIn(context), input ?? {}, wanted);
  }
}
