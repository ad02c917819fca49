import { type InMemoryCacheConfig } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

/** The abstract types, so that the cache knows what a fragment on one of them matches. Tested against schema.graphql. */
const possibleTypes = {
  TimelineItem: ['Comment', 'TicketEvent'],
  TicketChangeMessage: ['CaughtUp', 'TicketChange'],
  Node: ['Comment', 'Notification', 'Product', 'Role', 'Session', 'Ticket', 'TicketEvent', 'User'],
};

const pages = relayStylePagination();

/** A connection that is read backwards: when its end is read again, the earlier pages stay before it. */
const timeline: typeof pages = {
  ...pages,
  merge(existing, incoming, options) {
    if (typeof pages.merge !== 'function') return existing ?? null;
    const { args } = options;
    const start = incoming?.pageInfo?.startCursor;
    const edges = existing?.edges ?? [];
    const before = edges[edges.findIndex(({ cursor }) => cursor === start) - 1];
    const readsEnd = args?.['after'] === undefined && args?.['before'] === undefined;
    if (!readsEnd || !before) return pages.merge(existing, incoming, options);
    return pages.merge(existing, incoming, { ...options, args: { ...args, after: before.cursor } });
  },
};

/** For `new InMemoryCache(cacheOptions)`: connections grow page by page, and what has an id is read from the cache by it. */
export const cacheOptions: InMemoryCacheConfig = {
  possibleTypes,
  typePolicies: {
    Query: {
      fields: {
        tickets: relayStylePagination(['filter', 'orderBy']),
        notifications: relayStylePagination(['filter']),
        ticket: {
          read: (known, { args, toReference }) => known ?? toReference({ __typename: 'Ticket', id: args?.['id'] }),
        },
      },
    },
    Ticket: {
      fields: {
        comments: relayStylePagination(),
        history: relayStylePagination(),
        timeline,
      },
    },
    // Values without an id, which belong to what they are in.
    TicketPermissions: { merge: true },
    NotificationSettings: { merge: true },
  },
};
