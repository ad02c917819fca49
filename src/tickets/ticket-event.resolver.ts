import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type Context } from '../graphql/context.js';
import { User } from '../users/user.entity.js';
import { TicketEvent } from './ticket-event.entity.js';
import { type TicketEventRow } from './ticket-event.reader.js';

@Resolver(() => TicketEvent)
export class TicketEventResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Null for what the system did by itself.' })
  async actor(@Root() event: TicketEventRow, @Ctx() { loaders }: Context) {
    return event.actor ?? (event.actorId && loaders.userById.load(event.actorId));
  }
}
