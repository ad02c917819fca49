import { ObjectType } from 'type-graphql';
import { TicketChangeMessage } from './ticket-change.types.js';

@ObjectType({
  implements: TicketChangeMessage,
  simpleResolvers: true,
  description:
    'Everything up to here has been told; what follows is live. Comes first where there is nothing to catch up with, and again when a client that was slow has caught up.',
})
export class CaughtUp extends TicketChangeMessage {}
