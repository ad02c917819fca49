import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type Context } from '../graphql/context.js';
import { Direct } from '../graphql/direct-resolvers.js';
import { LONG_TEXT_PRICE } from '../graphql/prices.js';
import { User } from '../accounts/users/user.entity.js';
import { Comment } from './comments/comment.entity.js';
import { commentById } from './comments/comments.context.js';
import { FieldChange, TicketEvent } from './ticket-event.entity.js';
import { TICKET_FIELDS } from './ticket.fields.js';
import { type TicketEventRow } from './ticket-event.reader.js';
import { userById } from '../accounts/accounts.context.js';
import { ticketById } from './tickets.context.js';

/** Fields whose recorded values are the ids of other tickets, which may be hidden. */
const TICKET_REFERENCES: ReadonlySet<string> = new Set(
  TICKET_FIELDS.filter((field) => field.kind === 'reference' && field.to === 'ticket').map(({ property }) => property),
);

@Resolver(() => TicketEvent)
export class TicketEventResolver {
  @Direct()
  @FieldResolver(() => User, { nullable: true, description: 'Null for what the system did by itself.' })
  actor(@Root() event: TicketEventRow, @Ctx() context: Context) {
    return event.actor ?? (event.actorId && userById(context).load(event.actorId));
  }

  @Direct()
  @FieldResolver(() => Comment, {
    nullable: true,
    description:
      'What was said, as it is now, where it is COMMENTED. Null when it was deleted, or the viewer may not read it.',
  })
  comment(@Root() { commentId }: TicketEventRow, @Ctx() context: Context) {
    return commentId && commentById(context).load(commentId);
  }

  @FieldResolver(() => [FieldChange], {
    // A description as it was, and as it became.
    complexity: 2 * LONG_TEXT_PRICE,
    description:
      'Empty unless it is CHANGED or RESTORED. The id of a ticket that the viewer may not see is null, on either side.',
  })
  async changes(@Root() { changes }: TicketEventRow, @Ctx() context: Context): Promise<readonly FieldChange[]> {
    const visibleId = async (id: string | null) =>
      id === null ? null : ((await ticketById(context).load(id))?.id ?? null);
    return Promise.all(
      changes.map(async (change) =>
        TICKET_REFERENCES.has(change.field)
          ? { field: change.field, from: await visibleId(change.from), to: await visibleId(change.to) }
          : change,
      ),
    );
  }
}
