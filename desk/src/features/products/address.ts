import { useLocation, useSearchParams } from 'wouter';
import { type ProductsQueryVariables, type ProductType } from '../../generated/graphql.js';
import { type PageLinks } from '../../ui/list-page.js';
import { TYPE_OPTIONS } from './product-types.js';

const PAGE_SIZE = 50;

/** Search, filters and page of the list, as the address has them. */
export interface ProductsAddress {
  readonly search: string;
  readonly type: readonly ProductType[];
  readonly deleted: boolean;
  /** The page after, or before, a cursor; the first one without. */
  readonly after: string | null;
  readonly before: string | null;
}

function readAddress(params: URLSearchParams): ProductsAddress {
  const types = params.get('type')?.split(',') ?? [];
  return {
    search: params.get('q') ?? '',
    type: TYPE_OPTIONS.map(({ id }) => id).filter((id) => types.includes(id)),
    deleted: params.get('state') === 'deleted',
    after: params.get('after'),
    before: params.get('before'),
  };
}

function hrefOf({ search, type, deleted, after, before }: ProductsAddress): string {
  const params = new URLSearchParams();
  if (search !== '') params.set('q', search);
  if (type.length > 0) params.set('type', type.join(','));
  if (deleted) params.set('state', 'deleted');
  if (after !== null) params.set('after', after);
  if (before !== null) params.set('before', before);
  return params.size === 0 ? '/products' : `/products?${params.toString()}`;
}

/** What the list shows, and a function that changes it and goes to its first page. */
export function useProductsAddress(): [ProductsAddress, (change: Partial<ProductsAddress>) => void] {
  const [params] = useSearchParams();
  const [, navigate] = useLocation();
  const address = readAddress(params);
  const change = (part: Partial<ProductsAddress>) =>
    navigate(hrefOf({ ...address, after: null, before: null, ...part }), { replace: true });
  return [address, change];
}

export function pageLinksOf(
  address: ProductsAddress,
  page: { hasPreviousPage: boolean; hasNextPage: boolean; startCursor: string | null; endCursor: string | null },
): PageLinks {
  return {
    previous: page.hasPreviousPage ? hrefOf({ ...address, after: null, before: page.startCursor }) : null,
    next: page.hasNextPage ? hrefOf({ ...address, before: null, after: page.endCursor }) : null,
  };
}

export function variablesOf({ search, type, deleted, after, before }: ProductsAddress): ProductsQueryVariables {
  return {
    filter: {
      ...(search.trim() !== '' && { search: search.trim() }),
      ...(type.length > 0 && { type: [...type] }),
      ...(deleted && { deleted }),
    },
    ...(before === null ? { first: PAGE_SIZE, after } : { last: PAGE_SIZE, before }),
  };
}
