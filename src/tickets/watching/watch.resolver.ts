import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import { Authorized } from '../../accounts/access.js';
import { signedIn } from '../../accounts/accounts.context.js';
import { User } from '../../accounts/users/user.entity.js';
import { UserConnection } from '../../accounts/users/user.types.js';
import { DependsOnColumns } from '../../database/depends-on-columns.js';
import { ConnectionArgs } from '../../graphql/connection.js';
import { type Context } from '../../graphql/context.js';
import { ListSize } from '../../graphql/list-size.js';
import { AUDIENCE_PRICE } from '../../graphql/prices.js';
import { selectionOf } from '../../graphql/selection.js';
import { Ticket } from '../ticket.entity.js';
import { WatchState } from './watch-state.js';
import { SetTicketWatchStateInput } from './watch.inputs.js';
import { SetTicketWatchStatePayload } from './watch.payloads.js';
import { MAX_REPLY_RECIPIENTS } from './watch.reader.js';
import {
  internalRecipientsByTicketId,
  replyRecipientsByTicketId,
  watchersBy,
  watchStateByTicketId,
} from './watching.context.js';

@Resolver(() => Ticket)
export class WatchResolver {
  @Authorized()
  @Mutation(() => SetTicketWatchStatePayload, {
    description: "The viewer's own state on a ticket that they may see; takes effect on mails that wait too.",
  })
  async setTicketWatchState(
    @Ctx() context: Context,
    @Arg('input', () => SetTicketWatchStateInput) input: SetTicketWatchStateInput,
  ) {
    return { ticketId: await context.services.watching.set(signedIn(context), input) };
  }

  @DependsOnColumns(Ticket)
  @FieldResolver(() => UserConnection, {
    description: 'Those who are WATCHING and may see it, for all who may see it. Oldest account first.',
  })
  async watchers(
    @Root() ticket: { id: string },
    @Ctx() context: Context,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return watchersBy(context, 'ticket', args, selectionOf(info)).load(ticket.id);
  }

  @DependsOnColumns(Ticket)
  @FieldResolver(() => WatchState, { description: 'Which mails about it the viewer gets. DEFAULT at first.' })
  async viewerWatchState(@Root() ticket: { id: string }, @Ctx() context: Context) {
    return watchStateByTicketId(context).load(ticket.id);
  }

  @DependsOnColumns(Ticket)
  @ListSize(MAX_REPLY_RECIPIENTS)
  @FieldResolver(() => [User], {
    complexity: AUDIENCE_PRICE,
    description:
      `Who would be mailed about a comment of the viewer's, at most ${MAX_REPLY_RECIPIENTS}; oldest account first. ` +
      'Those whom it mentions are mailed as well. Empty for an internal one without canManageTickets.',
  })
  async replyRecipients(
    @Root() ticket: { id: string },
    @Ctx() context: Context,
    @Arg('internal', () => Boolean, {
      nullable: true,
      description: 'Whether the comment would be internal. Default false.',
    })
    internal?: boolean | null,
  ) {
    const recipients = internal === true ? internalRecipientsByTicketId : replyRecipientsByTicketId;
    return recipients(context).load(ticket.id);
  }
}
