import { Ctx, Field, ObjectType } from 'type-graphql';
import { type Context } from '../graphql/context.js';
import { Payload } from '../graphql/errors.js';
import { Notification } from './notification.entity.js';
import { NotificationSettings } from './notification.types.js';

@ObjectType({ description: 'What cancelNotification answers.' })
export class CancelNotificationPayload extends Payload {
  notificationId?: string;

  @Field(() => Notification, {
    nullable: true,
    description: 'The notification as it is now; also when it could not be cancelled any more.',
  })
  async notification(@Ctx() { loaders }: Context) {
    return this.notificationId === undefined ? null : loaders.notificationById.load(this.notificationId);
  }
}

@ObjectType({ description: 'What updateNotificationSettings answers.' })
export class UpdateNotificationSettingsPayload extends Payload {
  userId?: string;

  @Field(() => NotificationSettings, { nullable: true, description: 'Null when there were userErrors.' })
  async settings(@Ctx() { loaders }: Context) {
    return this.userId === undefined ? null : loaders.userById.load(this.userId);
  }
}
