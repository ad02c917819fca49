import { Field, Int, ObjectType } from 'type-graphql';
import { connectionTypes } from '../graphql/connection-types.js';
import { ListSize } from '../graphql/list-size.js';
import { StatusCount } from './insights/ticket-insights.types.js';
import { Ticket, TicketStatus } from './ticket.entity.js';

export const { Edge: TicketEdge, Connection: TicketConnection } = connectionTypes('Ticket', () => Ticket);

@ObjectType({ simpleResolvers: true, description: 'How many tickets match, on every page.' })
export class TicketCounts {
  @ListSize(Object.keys(TicketStatus).length)
  @Field(() => [StatusCount], { description: 'Each status, also those with none.' })
  byStatus!: readonly StatusCount[];

  @Field(() => Int, { description: 'Neither DONE nor CLOSED.' })
  active!: number;

  @Field(() => Int, { description: 'Unassigned tickets, active or not.' })
  unassigned!: number;
}
