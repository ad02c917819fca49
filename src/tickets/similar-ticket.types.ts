import { Field, Float, ObjectType } from 'type-graphql';
import { type TicketRow } from './ticket.reader.js';
import { Ticket } from './ticket.entity.js';

@ObjectType({ simpleResolvers: true, description: 'A ticket that may be about the same thing as another one.' })
export class SimilarTicket {
  @Field(() => Ticket, { description: 'One that the viewer may see.' })
  ticket!: TicketRow;

  @Field(() => Float, { description: '0 to 1, higher is nearer.' })
  score!: number;
}
