import { Field, ID, InputType } from 'type-graphql';
import { Priced, SEARCH_PRICE } from '../graphql/prices.js';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class CommentFilter {
  @Field(() => [ID], { nullable: true })
  ticketId?: string[] | null;

  @Field(() => [ID], { nullable: true })
  authorId?: string[] | null;

  @Priced(SEARCH_PRICE)
  @Field(() => String, {
    nullable: true,
    description: 'Words, all of which must be there; the last one may be unfinished. At most 200 characters.',
  })
  search?: string | null;
}

@InputType()
export class CreateCommentInput {
  @Field(() => ID)
  ticketId!: string;

  @Field(() => String, { description: '1 to 10,000 characters after trimming.' })
  content!: string;

  @Field(() => Boolean, { nullable: true, description: 'Default false. True needs canManageTickets.' })
  internal?: boolean | null;
}

@InputType()
export class UpdateCommentInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: '1 to 10,000 characters after trimming.' })
  content!: string;
}

@InputType()
export class DeleteCommentInput {
  @Field(() => ID)
  id!: string;
}
