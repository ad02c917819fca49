import { Ctx, Field, ObjectType } from 'type-graphql';
import { type Context } from '../graphql/context.js';
import { Payload } from '../graphql/payload.js';
import { Notification } from './notification.entity.js';
import { NotificationSettings } from './notification.types.js';
import { userById } from '../accounts/accounts.context.js';
import { notificationById } from './notifications.context.js';

@ObjectType({ description: 'What cancelNotification answers.' })
export class CancelNotificationPayload extends Payload {
  notificationId?: string;

  @Field(() => Notification, {
    nullable: true,
    description: 'The notification as it is now; also when it could not be cancelled any more.',
  })
  async notification(@Ctx() context: Context) {
    return this.notificationId === undefined ? null : notificationById(context).load(this.notificationId);
  }
}

@ObjectType({ description: 'What updateNotificationSettings answers.' })
export class UpdateNotificationSettingsPayload extends Payload {
  userId?: string;

  @Field(() => NotificationSettings, { nullable: true, description: 'Null when there were userErrors.' })
  async settings(@Ctx() context: Context) {
    return this.userId === undefined ? null : userById(context).load(this.userId);
  }
}
