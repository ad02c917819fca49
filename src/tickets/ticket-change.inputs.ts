import { Field, ID, InputType } from 'type-graphql';
import { TicketPriority, TicketStatus, TicketType } from './ticket.entity.js';
import { UserRef } from './ticket.inputs.js';

@InputType({ description: 'Which ticket is to come back.' })
export class RestoreTicketInput {
  @Field(() => ID, { description: 'A deleted ticket; one that is not deleted stays as it is.' })
  id!: string;
}

@InputType({ description: 'Which ticket repeats which.' })
export class MarkDuplicateInput {
  @Field(() => ID, { description: 'The duplicate: a ticket without duplicates of its own.' })
  ticketId!: string;

  @Field(() => ID, { description: 'The original: a live ticket that is no duplicate itself.' })
  duplicateOfId!: string;

  @Field(() => Boolean, { nullable: true, description: 'Close the duplicate as well. Default true.' })
  close?: boolean | null;
}

@InputType({ description: 'Which ticket is no duplicate after all.' })
export class UnmarkDuplicateInput {
  @Field(() => ID, { description: 'The duplicate.' })
  ticketId!: string;
}

@InputType({ description: 'What several tickets are to be. What is left out stays.' })
export class UpdateTicketsInput {
  @Field(() => [ID], { description: '1 to 100; an id that is given twice counts once.' })
  ids!: string[];

  @Field(() => TicketType, { nullable: true, description: 'Left out, it stays; null is refused.' })
  type?: TicketType | null;

  @Field(() => TicketPriority, { nullable: true, description: 'Left out, it stays; null is refused.' })
  priority?: TicketPriority | null;

  @Field(() => TicketStatus, {
    nullable: true,
    description: 'Left out, it stays; null is refused. Also for the assignee and canManageTickets.',
  })
  status?: TicketStatus | null;

  @Field(() => ID, { nullable: true, description: 'A live product. Left out, it stays; null clears it.' })
  productId?: string | null;

  @Field(() => UserRef, { nullable: true, description: 'Null unassigns.' })
  assignedTo?: UserRef | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Default true. False needs canManageTickets: nobody is mailed, and the history says so.',
  })
  notify?: boolean | null;
}
