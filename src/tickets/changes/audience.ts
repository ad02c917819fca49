import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../../accounts/viewer.js';
import { BadInputError } from '../../common/errors.js';
import { type Db } from '../../database/db.js';
import { compiled } from '../../database/sql-text.js';
import { canUseInternalComments } from '../comments/comment.policy.js';
import { isSearch, matchingTickets } from '../ticket-filter.js';
import { type TicketFilter } from '../ticket.inputs.js';

/** Maximum number of values in a filter: each change is compared with all of them, while other subscribers wait for theirs. */
const MAX_VALUES = 200;

/** Who reads changes, and of which list: the tickets that match the filter, without one all that the viewer may see. */
export interface ChangeSubscriber {
  readonly viewer: Viewer;
  readonly filter: TicketFilter | null;
}

/** The list of a subscriber as SQL. Subscribers who find the same by the same statement are one audience. */
export interface Audience {
  /** Whether the entry's ticket was in the list before the change: over the alias `o`. */
  readonly before: RawBuilder<boolean>;
  /** Whether it is in the list now: over the alias `t`. */
  readonly now: RawBuilder<boolean>;
  /** How many parameters `before` and `now` have together. */
  readonly parameterCount: number;
  /** Whether internal comments are told. */
  readonly internal: boolean;
  /** The same for equal audiences. */
  readonly key: string;
}

/** @throws BAD_USER_INPUT for a filter with `search`: which words a ticket had before is not known */
function checkSearch(filter: TicketFilter): void {
  if (isSearch(filter)) {
    throw new BadInputError('The filter of changes takes no "search". Leave it out, and search the list itself.');
  }
}

/**
 * The same conditions as those of lists.
 * @throws what lists throw for a filter; BAD_USER_INPUT for one with `search` or with too many values
 */
export async function audienceOf(db: Db, { viewer, filter }: ChangeSubscriber): Promise<Audience> {
  const wanted = filter ?? {};
  checkSearch(wanted);
  const before = await matchingTickets(db, viewer, wanted, 'o');
  const now = await matchingTickets(db, viewer, wanted, 't');
  const internal = canUseInternalComments(viewer);
  const { sql: text, parameters } = compiled(sql`${now.condition}`);
  if (parameters.length > MAX_VALUES) {
    throw new BadInputError(
      `The filter of changes compares with ${parameters.length} values, and may with ${MAX_VALUES}. Shorten it; a list of ids counts as one.`,
    );
  }
  return {
    before: before.condition,
    now: now.condition,
    parameterCount: 2 * parameters.length,
    internal,
    key: JSON.stringify([text, parameters, internal]),
  };
}
