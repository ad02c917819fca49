import { Field, InputType, Int } from 'type-graphql';

export const MAX_SIMILAR_TICKETS = 10;
export const DEFAULT_SIMILAR_TICKETS = 5;

@InputType({ description: 'The texts of a ticket that does not exist yet.' })
export class SimilarTicketsInput {
  @Field(() => String, { description: 'At most 200 characters after trimming; may be empty while it is being typed.' })
  title!: string;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters after trimming.' })
  description?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `Default ${DEFAULT_SIMILAR_TICKETS}, at most ${MAX_SIMILAR_TICKETS}.`,
  })
  first?: number | null;
}
