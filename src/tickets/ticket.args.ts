import { ArgsType, Field } from 'type-graphql';
import { ConnectionArgs } from '../graphql/connection.js';
import { TicketFilter, TicketOrder } from './ticket.inputs.js';

/** Arguments of every list of tickets. */
@ArgsType()
export class TicketsArgs extends ConnectionArgs {
  @Field(() => TicketFilter, { nullable: true })
  filter?: TicketFilter | null;

  @Field(() => [TicketOrder], { nullable: true })
  orderBy?: TicketOrder[] | null;
}
