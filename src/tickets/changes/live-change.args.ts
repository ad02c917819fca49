import { ArgsType, Field } from 'type-graphql';
import { TicketFilter } from '../ticket.inputs.js';

@ArgsType()
export class LiveChangesArgs {
  @Field(() => TicketFilter, {
    nullable: true,
    description: 'Which tickets: without it all that the viewer may see. No `search`, and at most 200 values.',
  })
  filter?: TicketFilter | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last message, of `changeCursor` or of a page of changes; without it from now on.',
  })
  since?: string | null;
}
