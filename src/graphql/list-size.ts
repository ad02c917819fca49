import { Extensions } from 'type-graphql';

/** How query-cost.ts learns what `ListSize` says. */
export interface ListSizeExtension {
  listSize: number | string;
}

/** For the items of a connection: as many as its page has. */
export const SIZE_OF_PAGE = 'the page';

/**
 * For a field that gives a list of objects outside a page: how often what is asked of one of them counts in a query's
 * cost.
 * @param size the most that there can be, or the name of the list argument that has as many
 */
export function ListSize(size: number | string): MethodDecorator & PropertyDecorator {
  return Extensions({ listSize: size } satisfies ListSizeExtension);
}
