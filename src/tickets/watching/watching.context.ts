import DataLoader from 'dataloader';
import { signedIn } from '../../accounts/accounts.context.js';
import { type UserRow } from '../../accounts/users/user.reader.js';
import { type Context } from '../../graphql/context.js';
import { pageLoaders, perRequest } from '../../graphql/loader.js';
import { type WatchState } from './watch-state.js';
import { type WatchReader } from './watch.reader.js';
import { type WatchService } from './watch.service.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly watching: WatchService;
  }
  interface Readers {
    readonly watching: WatchReader;
  }
}

/** The same page of the watchers of many tickets, by ticket. */
export const watchersBy = pageLoaders(async (context, _parent: 'ticket', ids, ...page) =>
  context.readers.watching.watchersByTicketId(signedIn(context), ids, ...page),
);

export const watchStateByTicketId = perRequest(
  (context) =>
    new DataLoader<string, WatchState>(async (ids) => context.readers.watching.statesOf(signedIn(context), ids)),
);

function recipients(internal: boolean): (context: Context) => DataLoader<string, UserRow[]> {
  return perRequest(
    (context) =>
      new DataLoader<string, UserRow[]>(async (ids) =>
        context.readers.watching.replyRecipients(signedIn(context), ids, internal),
      ),
  );
}

/** Who would be mailed about a public comment. */
export const replyRecipientsByTicketId = recipients(false);
/** Who would be mailed about an internal comment. */
export const internalRecipientsByTicketId = recipients(true);
