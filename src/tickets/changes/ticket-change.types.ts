import { Field, ID, InterfaceType, ObjectType } from 'type-graphql';
import { ListSize, SIZE_OF_CONNECTION } from '../../graphql/list-size.js';
import { type TypedRow } from '../../graphql/node.js';
import { Ticket } from '../ticket.entity.js';
import { type TicketRow } from '../ticket.reader.js';
import { type ChangeGroup } from './change-group.js';
import { TicketChangeKind } from './change-kind.js';

@InterfaceType({
  description: 'What a subscription to changes tells: a change, or that everything before has been told.',
  resolveType: (value: TypedRow) => value.__typename,
})
export abstract class TicketChangeMessage {
  @Field(() => String, { description: 'Pass it as `since` to go on from here.' })
  cursor!: string;
}

@ObjectType({
  implements: TicketChangeMessage,
  simpleResolvers: true,
  description:
    'A ticket that changed, as it is now. Several changes of one ticket may show it in the same, last state.',
})
export class TicketChange extends TicketChangeMessage {
  @Field(() => TicketChangeKind, { description: 'What it means for the list.' })
  kind!: TicketChangeKind;

  @Field(() => ID, { description: "The ticket's." })
  ticketId!: string;

  @Field(() => Ticket, { nullable: true, description: 'As it is now; null when it VANISHED.' })
  ticket!: TicketRow | null;

  /** Loaded by the resolver. */
  eventId!: string | null;

  /** The changes whose events are read with it. */
  group: ChangeGroup | undefined;
}

@ObjectType({
  description: 'Some changes, the oldest first. May hold fewer than asked for, or none, while there is more.',
  simpleResolvers: true,
})
export class TicketChangePage {
  @ListSize(SIZE_OF_CONNECTION)
  @Field(() => [TicketChange], { description: 'In the order in which they became visible.' })
  changes!: readonly TicketChange[];

  @Field(() => String, { description: 'Pass it as `since` for the next page, now or later.' })
  cursor!: string;

  @Field(() => Boolean, { description: 'Whether there is more now.' })
  hasMore!: boolean;
}
