import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Authorized } from '../../accounts/access.js';
import { signedIn } from '../../accounts/accounts.context.js';
import { type Context } from '../../graphql/context.js';
import { Direct } from '../../graphql/direct-resolvers.js';
import { CHANGE_CURSOR_PRICE, CHANGES_PRICE } from '../../graphql/prices.js';
import { TicketEvent } from '../ticket-event.entity.js';
import { type TicketEventRow } from '../ticket-event.reader.js';
import { ticketEventById } from '../tickets.context.js';
import { type ChangeLogEnd } from './change-log.reader.js';
import { CURSOR_DAYS } from './change-cursor.error.js';
import { ticketChangeOf } from './changes.context.js';
import { pageSizeOf, TicketChangesArgs } from './ticket-change.args.js';
import { TicketChange, TicketChangePage } from './ticket-change.types.js';

function endOf({ changeEnd }: Context): ChangeLogEnd {
  if (changeEnd === null) throw new Error('The end of the log was not read before the request');
  return changeEnd;
}

async function eventOf(context: Context, { eventId }: { eventId: string | null }): Promise<TicketEventRow | null> {
  return eventId === null ? null : ticketEventById(context).load(eventId);
}

@Resolver(() => TicketChange)
export class TicketChangeResolver {
  @Authorized()
  @Query(() => String, {
    complexity: CHANGE_CURSOR_PRICE,
    description:
      'Where the log of changes stands; never newer than the data in the same answer. Ask for it together with a list, and then for `ticketChanges` since it.',
  })
  changeCursor(@Ctx() context: Context): string {
    return context.readers.changes.cursor(signedIn(context), endOf(context).position);
  }

  @Authorized()
  @Query(() => TicketChangePage, {
    complexity: CHANGES_PRICE,
    description: `What happened since a cursor to the tickets that the viewer may see. BAD_USER_INPUT with extensions.reason CURSOR_EXPIRED (older than ${CURSOR_DAYS} days), RIGHTS_CHANGED (the viewer's; reload the list) or CURSOR_INVALID. No \`search\` in the filter.`,
  })
  async ticketChanges(
    @Ctx() context: Context,
    @Args(() => TicketChangesArgs) args: TicketChangesArgs,
  ): Promise<TicketChangePage> {
    const viewer = signedIn(context);
    const feed = context.readers.changes;
    const first = pageSizeOf(args);
    const after = await feed.resume(viewer, args.since);
    const { changes, position, hasMore } = await feed.page(
      { viewer, filter: args.filter ?? null },
      after,
      endOf(context).position,
      first,
    );
    return {
      changes: await Promise.all(changes.map(async (change) => ticketChangeOf(context, viewer, change))),
      cursor: feed.cursor(viewer, position),
      hasMore,
    };
  }

  @Direct()
  @FieldResolver(() => TicketEvent, {
    nullable: true,
    description: 'What happened; null where it is not for the viewer, and for changed and deleted comments.',
  })
  async event(@Root() { eventId, group }: TicketChange, @Ctx() context: Context) {
    if (eventId === null) return null;
    await group?.loadAll(context, eventOf);
    return eventOf(context, { eventId });
  }
}
