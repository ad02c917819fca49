import { ArgsType, Field, Int } from 'type-graphql';
import { BadInputError } from '../../common/errors.js';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../../graphql/connection.js';
import { TicketFilter } from '../ticket.inputs.js';

@ArgsType()
export class TicketChangesArgs {
  @Field(() => String, { description: 'A cursor: of `changeCursor`, of a page, or of a change.' })
  since!: string;

  @Field(() => Int, {
    nullable: true,
    description: `At most so many, 1 to ${LARGEST_PAGE}; ${DEFAULT_PAGE} by default.`,
  })
  first?: number | null;

  @Field(() => TicketFilter, {
    nullable: true,
    description: "The list's. Without `search`, and with at most 200 values.",
  })
  filter?: TicketFilter | null;
}

/** @throws BAD_USER_INPUT for a size out of range */
export function pageSizeOf({ first }: TicketChangesArgs): number {
  if (first == null) return DEFAULT_PAGE;
  if (first >= 1 && first <= LARGEST_PAGE) return first;
  throw new BadInputError(`first must be from 1 to ${LARGEST_PAGE}, not ${first}.`);
}
