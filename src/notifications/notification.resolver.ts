import { type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Authorized } from '../accounts/access.js';
import { ConnectionArgs } from '../graphql/connection.js';
import { type Context } from '../graphql/context.js';
import { signedIn, userById } from '../accounts/accounts.context.js';
import { selectionOf } from '../graphql/selection.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { User } from '../accounts/users/user.entity.js';
import { Notification } from './notification.entity.js';
import { CancelNotificationInput, NotificationFilter } from './notification.inputs.js';
import { CancelNotificationPayload } from './notification.payloads.js';
import { type NotificationRow } from './notification.reader.js';
import { NotificationConnection } from './notification.types.js';
import { ticketById } from '../tickets/tickets.context.js';

@ArgsType()
class NotificationsArgs extends ConnectionArgs {
  @Field(() => NotificationFilter, { nullable: true })
  filter?: NotificationFilter | null;
}

@Resolver(() => Notification)
export class NotificationResolver {
  @Authorized()
  @Query(() => NotificationConnection, {
    description: "Your own; everyone's for those who may manage tickets. Newest sendAt first.",
  })
  async notifications(
    @Ctx() context: Context,
    @Args(() => NotificationsArgs) args: NotificationsArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return context.readers.notifications.page(signedIn(context), args, selectionOf(info));
  }

  @Authorized('canManageTickets')
  @Mutation(() => CancelNotificationPayload, {
    description: 'A notification still SCHEDULED; needs canManageTickets. CONFLICT for any other.',
  })
  async cancelNotification(
    @Ctx() context: Context,
    @Arg('input', () => CancelNotificationInput) { id }: CancelNotificationInput,
  ) {
    return { notificationId: await context.services.notifications.cancel(id) };
  }

  @FieldResolver(() => User, { description: 'Who gets it.' })
  async recipient(@Root() notification: NotificationRow, @Ctx() context: Context) {
    return notification.recipient ?? userById(context).load(notification.recipientId);
  }

  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'Null for a digest, and when the viewer may not see the ticket.',
  })
  async ticket(@Root() { ticketId }: NotificationRow, @Ctx() context: Context) {
    return ticketId && ticketById(context).load(ticketId);
  }
}
