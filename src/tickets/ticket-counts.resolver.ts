import { FieldResolver, Resolver, Root } from 'type-graphql';
import { COUNT_PRICE } from '../graphql/prices.js';
import { type TicketPage } from './ticket-list.reader.js';
import { TicketConnection, TicketCounts } from './ticket.types.js';

@Resolver(() => TicketConnection)
export class TicketCountsResolver {
  @FieldResolver(() => TicketCounts, {
    complexity: COUNT_PRICE,
    description: 'Of all that match the filter, on every page. Counted only when asked for.',
  })
  async counts(@Root() page: TicketPage): Promise<TicketCounts> {
    return page.counts();
  }
}
