import { type GraphQLResolveInfo } from 'graphql';
import { Ctx, Field, Info, ObjectType } from 'type-graphql';
import { type Context } from '../graphql/context.js';
import { Payload } from '../graphql/payload.js';
import { ListSize } from '../graphql/list-size.js';
import { SIMILAR_PRICE } from '../graphql/prices.js';
import { nodeSelection, selectionOf } from '../graphql/selection.js';
import { DEFAULT_SIMILAR_TICKETS } from './similar-ticket.inputs.js';
import { SimilarTicket } from './similar-ticket.types.js';
import { Ticket } from './ticket.entity.js';
import { newestFirstEdge, type TicketRow } from './ticket.reader.js';
import { type ChangedTicket, MAX_TICKETS_PER_UPDATE } from './ticket.service.js';
import { type TicketEventRow } from './ticket-event.reader.js';
import { eventItem, timelineEdge } from './timeline/timeline.reader.js';
import { TimelineEdge } from './timeline/timeline.types.js';
import { TicketEdge } from './ticket.types.js';
import { similarByTicketId } from './tickets.context.js';

/** The payload of a change to one ticket, which is read again only when the client asks for it. */
@ObjectType()
export abstract class TicketPayload extends Payload {
  ticketId?: string;
  /** The row as the change wrote it, if the statement returned it. */
  written?: TicketRow;
  /** The event of the change; left out when nothing changed. */
  event?: TicketEventRow;

  @Field(() => Ticket, { nullable: true, description: 'The ticket as it is now; null when there were userErrors.' })
  async ticket(@Ctx() { readers }: Context, @Info() info: GraphQLResolveInfo) {
    if (this.ticketId === undefined) return null;
    const selection = selectionOf(info);
    if (this.written && !readers.tickets.brings(selection)) return this.written;
    const [ticket] = await readers.tickets.changed([this.ticketId], selection);
    return ticket ?? null;
  }
}

/** What the resolver of a payload gets from the service. */
export function ticketPayload({ id, ...change }: ChangedTicket): Pick<TicketPayload, 'ticketId' | 'written' | 'event'> {
  return { ticketId: id, ...change };
}

@ObjectType({ description: 'What createTicket answers.' })
export class CreateTicketPayload extends TicketPayload {
  @Field(() => TicketEdge, { nullable: true, description: "The ticket's place in lists of the default order." })
  async ticketEdge(@Ctx() { readers }: Context, @Info() info: GraphQLResolveInfo) {
    if (this.ticketId === undefined) return null;
    const selection = nodeSelection(new Map([['edges', selectionOf(info)]]));
    const [ticket] = await readers.tickets.changed([this.ticketId], selection);
    return ticket ? newestFirstEdge(ticket) : null;
  }

  /**
   * Not named `similar`: a payload with userErrors gets an empty list under that name, which would shadow this method.
   */
  @Field(() => [SimilarTicket], {
    name: 'similar',
    complexity: SIMILAR_PRICE,
    description: `Likely duplicates the viewer may see, at most ${DEFAULT_SIMILAR_TICKETS}; a warning, never a refusal.`,
  })
  async similarTickets(@Ctx() context: Context, @Info() info: GraphQLResolveInfo) {
    if (this.ticketId === undefined) return [];
    return similarByTicketId(context, DEFAULT_SIMILAR_TICKETS, selectionOf(info)).load(this.ticketId);
  }
}

@ObjectType({ description: 'What updateTicket answers.' })
export class UpdateTicketPayload extends TicketPayload {
  @Field(() => Ticket, {
    nullable: true,
    description:
      'The ticket as it is now, with all that others changed meanwhile. After a CONFLICT about expectedVersion it is the ' +
      'ticket without this change, whose version is the one to send; null after all other userErrors.',
  })
  override async ticket(@Ctx() context: Context, @Info() info: GraphQLResolveInfo) {
    return super.ticket(context, info);
  }

  @Field(() => TimelineEdge, {
    nullable: true,
    description:
      "The change's place in the ticket's timeline. Null when nothing changed, and when there were userErrors.",
  })
  timelineEdge() {
    return this.event === undefined ? null : timelineEdge(eventItem(this.event));
  }
}

@ObjectType({ description: 'What deleteTicket answers.' })
export class DeleteTicketPayload extends TicketPayload {}

@ObjectType({ description: 'What restoreTicket answers.' })
export class RestoreTicketPayload extends TicketPayload {}

@ObjectType({ description: 'What markDuplicate answers.' })
export class MarkDuplicatePayload extends TicketPayload {}

@ObjectType({ description: 'What unmarkDuplicate answers.' })
export class UnmarkDuplicatePayload extends TicketPayload {}

@ObjectType({ description: 'What updateTickets answers.' })
export class UpdateTicketsPayload extends Payload {
  ticketIds?: readonly string[];

  @ListSize(MAX_TICKETS_PER_UPDATE)
  @Field(() => [Ticket], {
    description: 'As they are now, each once, in the order of the ids; empty when there were userErrors.',
  })
  async tickets(@Ctx() { readers }: Context, @Info() info: GraphQLResolveInfo) {
    return this.ticketIds === undefined ? [] : readers.tickets.changed(this.ticketIds, selectionOf(info));
  }
}
