import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Authorized, VisibleIf } from '../accounts/access.js';
import { type Context } from '../graphql/context.js';
import { signedIn } from '../accounts/accounts.context.js';
import { User } from '../accounts/users/user.entity.js';
import { type UserRow } from '../accounts/users/user.reader.js';
import { UpdateNotificationSettingsInput } from './notification.inputs.js';
import { UpdateNotificationSettingsPayload } from './notification.payloads.js';
import { isOwnAccount } from '../accounts/users/user.policy.js';
import { NotificationSettings } from './notification.types.js';

@Resolver(() => User)
export class NotificationSettingsResolver {
  @Authorized()
  @Mutation(() => UpdateNotificationSettingsPayload, {
    description: 'Your own. Takes effect at once, on mails that wait too.',
  })
  async updateNotificationSettings(
    @Ctx() context: Context,
    @Arg('input', () => UpdateNotificationSettingsInput) input: UpdateNotificationSettingsInput,
  ) {
    return { userId: await context.services.notificationSettings.update(signedIn(context).id, input) };
  }

  @VisibleIf(isOwnAccount)
  @FieldResolver(() => NotificationSettings, { nullable: true, description: 'Null unless it is your own.' })
  notificationSettings(@Root() user: UserRow): NotificationSettings {
    return user;
  }
}
