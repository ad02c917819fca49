import { signedIn } from '../../accounts/accounts.context.js';
import { pageLoaders } from '../../graphql/loader.js';
import { type TimelineReader } from './timeline.reader.js';

declare module '../../graphql/context.js' {
  interface Readers {
    readonly timelines: TimelineReader;
  }
}

/** The same page of the timeline of many tickets, by ticket. */
export const timelineBy = pageLoaders(async (context, _parent: 'ticket', ids, ...page) =>
  context.readers.timelines.pagesByTicketId(signedIn(context), ids, ...page),
);
