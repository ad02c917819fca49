import { type Viewer } from '../../accounts/viewer.js';
import { type Context } from '../../graphql/context.js';
import { signedIn } from '../../accounts/accounts.context.js';
import { loaderById } from '../../graphql/loader.js';
import { ticketById } from '../tickets.context.js';
import { type TicketRow } from '../ticket.reader.js';
import { TicketChangeKind } from './change-kind.js';
import { type ChangeFeed } from './change-feed.js';
import { type ChangeLogEnd, type VisibleChange } from './change-log.reader.js';
import { type LiveChange } from './change-subscription.js';
import { type LiveChanges } from './live-changes.js';
import { type TicketChange } from './ticket-change.types.js';

declare module '../../graphql/context.js' {
  interface Context {
    /**
     * Where the log of changes ended before the request began to read; null for requests that do not ask for changes. No
     * other data of the answer is older.
     */
    changeEnd: ChangeLogEnd | null;
    /** Closes the connection of a client that does not read its messages; only of subscriptions. */
    cutClient?(): void;
  }
  interface Services {
    readonly liveChanges: LiveChanges;
  }
  interface Readers {
    readonly changes: ChangeFeed;
  }
}

/** Deleted ones too, for changes of lists that show them. */
const deletedTicketById = loaderById(async (context, ids) =>
  context.readers.tickets.byIds(signedIn(context), ids, { withDeleted: true }),
);

/** What GraphQL's resolvers take for a change. */
export type TicketChangeRow = TicketChange & { readonly __typename: 'TicketChange' };

async function ticketOf(context: Context, { kind, ticketId, isDeleted }: VisibleChange): Promise<TicketRow | null> {
  if (kind === TicketChangeKind.VANISHED) return null;
  return (isDeleted ? deletedTicketById : ticketById)(context).load(ticketId);
}

/** A change with its ticket. One that was hidden or deleted since it was read has vanished. */
export async function ticketChangeOf(context: Context, viewer: Viewer, change: LiveChange): Promise<TicketChangeRow> {
  const { kind, ticketId, eventId, position, group } = change;
  group?.share(context);
  await group?.loadAll(context, ticketOf);
  const ticket = await ticketOf(context, change);
  return {
    __typename: 'TicketChange',
    cursor: context.readers.changes.cursor(viewer, position),
    kind: ticket === null ? TicketChangeKind.VANISHED : kind,
    ticketId,
    ticket,
    // Of what vanished only the id is told.
    eventId: ticket === null ? null : eventId,
    group,
  };
}
