import { signedIn } from '../accounts/accounts.context.js';
import { loaderById } from '../graphql/loader.js';
import { type NotificationSettingsService } from './notification-settings.service.js';
import { type NotificationStaffService } from './notification-staff.service.js';
import { type NotificationReader } from './notification.reader.js';

declare module '../graphql/context.js' {
  interface Services {
    readonly notifications: NotificationStaffService;
    readonly notificationSettings: NotificationSettingsService;
  }
  interface Readers {
    readonly notifications: NotificationReader;
  }
}

export const notificationById = loaderById(async (context, ids) =>
  context.readers.notifications.byIds(signedIn(context), ids),
);
