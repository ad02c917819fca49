import { Field, ID, InputType } from 'type-graphql';
import { TicketPriority, TicketStatus, TicketType } from './ticket.entity.js';
import { UserRef } from './ticket.inputs.js';

@InputType()
export class RestoreTicketInput {
  @Field(() => ID)
  id!: string;
}

@InputType()
export class MarkDuplicateInput {
  @Field(() => ID)
  ticketId!: string;

  @Field(() => ID, { description: 'The original: a live ticket that is no duplicate itself.' })
  duplicateOfId!: string;

  @Field(() => Boolean, { nullable: true, description: 'Close the duplicate as well. Default true.' })
  close?: boolean | null;
}

@InputType()
export class UnmarkDuplicateInput {
  @Field(() => ID)
  ticketId!: string;
}

@InputType()
export class UpdateTicketsInput {
  @Field(() => [ID], { description: '1 to 100; one that stands there twice counts once.' })
  ids!: string[];

  @Field(() => TicketType, { nullable: true })
  type?: TicketType | null;

  @Field(() => TicketPriority, { nullable: true })
  priority?: TicketPriority | null;

  @Field(() => TicketStatus, { nullable: true })
  status?: TicketStatus | null;

  @Field(() => ID, { nullable: true })
  productId?: string | null;

  @Field(() => UserRef, { nullable: true, description: 'Null unassigns.' })
  assignedTo?: UserRef | null;
}
