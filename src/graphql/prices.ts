import { Extensions } from 'type-graphql';

/**
 * What a field counts for in a query's cost, where it costs more than showing a column of a row (query-cost.ts). Object
 * types declare it by TypeGraphQL's `complexity`, input fields by `Priced`.
 */

/** A text of up to 10,000 characters. */
export const LONG_TEXT_PRICE = 10;
/** A JSON object of up to 100 kB. */
export const DETAILS_PRICE = 20;
/** Everybody whom a ticket concerns: reads those who commented on it. */
export const AUDIENCE_PRICE = 10;
/** A count of everything that matches, on every page. */
export const COUNT_PRICE = 100;
/** Whether there is a row beyond the page: may take a statement for each list. */
export const PAGE_FLAG_PRICE = 10;
/** Words looked up in all tickets or comments: a few statements. */
export const SEARCH_PRICE = 500;
/** A part of names, looked up by reading all users or products. */
export const NAME_SEARCH_PRICE = 100;
/** Tickets like a text: the most expensive statement there is. Nine fit into a document. */
export const SIMILAR_PRICE = 5000;
/** The same for each ticket of a list: a page of a hundred may ask for it once, not one inside the other. */
export const LISTED_SIMILAR_PRICE = 200;
/** Where the log of changes stands: a statement before all others. */
export const CHANGE_CURSOR_PRICE = 10;
/** What happened since: reads thousands of entries, of which few may be for the viewer. */
export const CHANGES_PRICE = 500;
/** A message of a subscription, and that the log is read for it. */
export const LIVE_CHANGE_PRICE = 10;
/** Counts over all tickets. */
export const INSIGHTS_PRICE = 5000;
/** A field of the schema's description: GraphiQL's own query takes about three quarters of a document's limit. */
export const INTROSPECTION_PRICE = 2.5;

/** Longer names of fields and aliases count for more: each stands in the answer as often as its field. */
export const NAME_LENGTH = 50;

/** An input field whose use has a price. */
export function Priced(complexity: number): PropertyDecorator & MethodDecorator {
  return Extensions({ complexity });
}
