import { Extensions } from 'type-graphql';

/** The extension in which query-cost.ts finds the size. */
export interface ListSizeExtension {
  listSize: number | string;
}

/** List size of a connection's items: as many as its page has. */
export const SIZE_OF_CONNECTION = 'the page';

/**
 * For a list of objects that is not a page: the factor of its items' selection in a query's cost.
 * @param size the most that there can be, or the name of the list argument that has as many
 */
export function ListSize(size: number | string): MethodDecorator & PropertyDecorator {
  return Extensions({ listSize: size } satisfies ListSizeExtension);
}
