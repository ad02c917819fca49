import { Field, ID, InputType } from 'type-graphql';
import { TicketChangeInput } from './ticket.inputs.js';

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
export class UpdateTicketsInput extends TicketChangeInput {
  @Field(() => [ID], { description: '1 to 100; an id that is given twice counts once.' })
  ids!: string[];
}
