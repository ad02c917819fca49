import { ArgsType, Field, Int } from 'type-graphql';
import { BadInputError } from '../../common/errors.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../graphql/connection.js';
import { TicketFilter } from '../ticket.inputs.js';

@ArgsType()
export class TicketChangesArgs {
  @Field(() => String, { description: 'A cursor: of `changeCursor`, of a page, or of a change.' })
  since!: string;

  @Field(() => Int, {
    nullable: true,
    description: `At most so many, 1 to ${MAX_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} by default.`,
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
  if (first == null) return DEFAULT_PAGE_SIZE;
  if (first >= 1 && first <= MAX_PAGE_SIZE) return first;
  throw new BadInputError(`first must be from 1 to ${MAX_PAGE_SIZE}, not ${first}.`);
}
