import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class CommentFilter {
  @Field(() => [ID], { nullable: true })
  ticketId?: string[] | null;

  @Field(() => [ID], { nullable: true })
  authorId?: string[] | null;
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
