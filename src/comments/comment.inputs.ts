import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class CommentFilter {
  @Field(() => [ID], { nullable: true })
  ticketId?: string[] | null;

  @Field(() => [ID], { nullable: true })
  authorId?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Words, all of which must be there; the last one may be unfinished. When that finds nothing, one slip in each word ' +
      'of five letters or more is forgiven. At most 200 characters.',
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
