import { ObjectType } from 'type-graphql';
import { TicketPayload } from '../ticket.payloads.js';

@ObjectType({ description: 'What setTicketWatchState answers.' })
export class SetTicketWatchStatePayload extends TicketPayload {}
