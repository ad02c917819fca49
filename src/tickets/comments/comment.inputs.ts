import { Field, ID, InputType } from 'type-graphql';
import { DateTimeRange } from '../ticket.inputs.js';
import { Priced, SEARCH_PRICE } from '../../graphql/prices.js';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class CommentFilter {
  @Field(() => [ID], { nullable: true, description: 'On one of these tickets.' })
  ticketId?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Written by one of these people.' })
  authorId?: string[] | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'When it was written.' })
  createdAt?: DateTimeRange | null;

  @Priced(SEARCH_PRICE)
  @Field(() => String, {
    nullable: true,
    description:
      'Words, all of which must be there; the last one may be unfinished. When that finds nothing, one slip in each word ' +
      'of five letters or more is forgiven. At most 200 characters.',
  })
  search?: string | null;
}

@InputType({ description: 'A comment to be written.' })
export class CreateCommentInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "A UUID of the client's own choice, which makes trying again safe: sending the same call again returns the first " +
      'comment and writes nothing. CONFLICT when the id is in use otherwise.',
  })
  id?: string | null;

  @Field(() => ID, { description: 'A ticket that the viewer may see.' })
  ticketId!: string;

  @Field(() => String, { description: '1 to 10,000 characters after trimming.' })
  content!: string;

  @Field(() => Boolean, { nullable: true, description: 'Default false. True needs canManageTickets.' })
  internal?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Default true. False needs canManageTickets: nobody is mailed, and the history says so.',
  })
  notify?: boolean | null;
}

@InputType({ description: 'The text that a comment is to have.' })
export class UpdateCommentInput {
  @Field(() => ID, { description: 'A comment that the viewer may edit.' })
  id!: string;

  @Field(() => String, { description: '1 to 10,000 characters after trimming.' })
  content!: string;
}

@InputType({ description: 'Which comment is to go.' })
export class DeleteCommentInput {
  @Field(() => ID, { description: 'A comment that the viewer may delete.' })
  id!: string;
}
