import DataLoader from 'dataloader';
import { signedIn } from '../accounts/accounts.context.js';
import { type Links } from '../common/links.js';
import { type Context } from '../graphql/context.js';
import { loaderById, pageLoaders, perRequest } from '../graphql/loader.js';
import { type Selection, selectionKey } from '../graphql/selection.js';
import { type InsightsReader } from './insights/insights.reader.js';
import { type SimilarTicketReader } from './similar-ticket.reader.js';
import { type SimilarTicket } from './similar-ticket.types.js';
import { type TicketDuplicatesService } from './ticket-duplicates.service.js';
import { type TicketEventReader } from './ticket-event.reader.js';
import { type TicketListArgs, type TicketListReader, type TicketParent } from './ticket-list.reader.js';
import { type TicketReader, type TicketRow } from './ticket.reader.js';
import { type TicketService } from './ticket.service.js';

declare module '../graphql/context.js' {
  interface Services {
    readonly links: Links;
    readonly tickets: TicketService;
    readonly ticketDuplicates: TicketDuplicatesService;
  }
  interface Readers {
    readonly tickets: TicketReader;
    readonly ticketLists: TicketListReader;
    readonly similarTickets: SimilarTicketReader;
    readonly ticketEvents: TicketEventReader;
    readonly insights: InsightsReader;
  }
}

/** Maximum batch: each source is a search of its own, and more in one statement could exceed the statement timeout. */
const SIMILAR_BATCH = 10;

export const ticketById = loaderById(async (context, ids) => context.readers.tickets.byIds(signedIn(context), ids));

export const ticketEventById = loaderById(async (context, ids) =>
  context.readers.ticketEvents.byIds(signedIn(context), ids),
);

export const duplicatesByTicketId = perRequest(
  (context) =>
    new DataLoader<string, TicketRow[]>(async (ids) => context.readers.tickets.duplicatesOf(signedIn(context), ids)),
);

/** The same page of the tickets of many products, creators or assignees, by parent. */
export const ticketsBy = pageLoaders(async (context, parent: TicketParent, ids, args: TicketListArgs, selection) =>
  context.readers.ticketLists.pagesByParent(signedIn(context), parent, ids, args, selection),
);

/** The same page of the history of many tickets, by ticket. */
export const eventsBy = pageLoaders(async (context, _parent: 'ticket', ids, ...page) =>
  context.readers.ticketEvents.pagesByTicketId(signedIn(context), ids, ...page),
);

type SimilarLoader = DataLoader<string, readonly SimilarTicket[]>;

const similarLoaders = perRequest(() => new Map<string, SimilarLoader>());

/** The tickets most similar to each of many tickets, by ticket. */
export function similarByTicketId(context: Context, first: number, selection: Selection): SimilarLoader {
  const loaders = similarLoaders(context);
  const key = JSON.stringify([first, selectionKey(selection)]);
  const known = loaders.get(key);
  if (known) return known;
  const loader: SimilarLoader = new DataLoader(
    async (ids) => context.readers.similarTickets.toTickets(signedIn(context), ids, first, selection),
    { maxBatchSize: SIMILAR_BATCH },
  );
  loaders.set(key, loader);
  return loader;
}
