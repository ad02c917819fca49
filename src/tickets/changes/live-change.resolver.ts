import { Args, Ctx, Resolver, Root, type SubscribeResolverData, Subscription } from 'type-graphql';
import { Authorized } from '../../accounts/access.js';
import { signedIn } from '../../accounts/accounts.context.js';
import { type Context } from '../../graphql/context.js';
import { type TypedRow } from '../../graphql/node.js';
import { LIVE_CHANGE_PRICE } from '../../graphql/prices.js';
import { ChangeSubscription, type LiveMessage } from './change-subscription.js';
import { CURSOR_DAYS } from './change-cursor.error.js';
import { ticketChangeOf } from './changes.context.js';
import { LiveChangesArgs } from './live-change.args.js';
import { TicketChangeMessage } from './ticket-change.types.js';

/** @throws for a cursor or a filter that cannot be used, before anything is told */
async function subscribe({
  args: { filter = null, since = null },
  context,
}: SubscribeResolverData<unknown, LiveChangesArgs, Context>): Promise<ChangeSubscription> {
  const feed = context.readers.changes;
  const viewer = signedIn(context);
  await feed.check({ viewer, filter });
  return new ChangeSubscription({
    live: context.services.liveChanges,
    feed,
    filter,
    viewer: () => signedIn(context),
    cutClient: () => context.cutClient?.(),
    since: since === null ? null : await feed.resume(viewer, since),
  });
}

@Resolver()
export class LiveChangeResolver {
  @Authorized()
  @Subscription(() => TicketChangeMessage, {
    subscribe,
    complexity: LIVE_CHANGE_PRICE,
    description: `Changes of the tickets that match, from \`since\` on if it is given, else from now on: at least once and in order. Over WebSocket (graphql-transport-ws) and server-sent events on /graphql. BAD_USER_INPUT with extensions.reason CURSOR_EXPIRED (older than ${CURSOR_DAYS} days), RIGHTS_CHANGED (reload the list; also while it runs) or CURSOR_INVALID. At most ten on a connection, twenty of a viewer.`,
  })
  async ticketChanges(
    @Root() message: LiveMessage,
    @Ctx() context: Context,
    @Args(() => LiveChangesArgs) _args: LiveChangesArgs,
  ): Promise<TicketChangeMessage & TypedRow> {
    const viewer = signedIn(context);
    if (!('caughtUpAt' in message)) return ticketChangeOf(context, viewer, message);
    const cursor = context.readers.changes.cursor(viewer, message.caughtUpAt);
    return { __typename: 'CaughtUp', cursor };
  }
}
