import { useLocation, useSearchParams } from 'wouter';
import { type PageLinks } from '../../ui/list-page.js';
import { type PeopleQueryVariables, type UserOrder } from '../../generated/graphql.js';

const PAGE_SIZE = 50;

export const ORDERS = {
  name: { label: 'Name', order: { field: 'NAME', direction: 'ASC' } },
  username: { label: 'Username', order: { field: 'USERNAME', direction: 'ASC' } },
  newest: { label: 'Newest', order: { field: 'CREATED_AT', direction: 'DESC' } },
  oldest: { label: 'Oldest', order: { field: 'CREATED_AT', direction: 'ASC' } },
} as const satisfies Record<string, { label: string; order: UserOrder }>;
export type OrderId = keyof typeof ORDERS;
export const ORDER_IDS: readonly OrderId[] = ['name', 'username', 'newest', 'oldest'];

/** Search, filters, order and page of the list, as the address has them. */
export interface PeopleAddress {
  readonly search: string;
  /** Ids of roles. */
  readonly role: readonly string[];
  readonly deleted: boolean;
  readonly order: OrderId;
  /** The page after, or before, a cursor; the first one without. */
  readonly after: string | null;
  readonly before: string | null;
}

function readAddress(params: URLSearchParams): PeopleAddress {
  return {
    search: params.get('q') ?? '',
    role: params.get('role')?.split(',') ?? [],
    deleted: params.get('state') === 'deleted',
    order: ORDER_IDS.find((id) => id === params.get('order')) ?? 'name',
    after: params.get('after'),
    before: params.get('before'),
  };
}

function hrefOf({ search, role, deleted, order, after, before }: PeopleAddress): string {
  const params = new URLSearchParams();
  if (search !== '') params.set('q', search);
  if (role.length > 0) params.set('role', role.join(','));
  if (deleted) params.set('state', 'deleted');
  if (order !== 'name') params.set('order', order);
  if (after !== null) params.set('after', after);
  if (before !== null) params.set('before', before);
  return params.size === 0 ? '/people' : `/people?${params.toString()}`;
}

/** What the list shows, and a function that changes it and goes to its first page. */
export function usePeopleAddress(): [PeopleAddress, (change: Partial<PeopleAddress>) => void] {
  const [params] = useSearchParams();
  const [, navigate] = useLocation();
  const address = readAddress(params);
  const change = (part: Partial<PeopleAddress>) =>
    navigate(hrefOf({ ...address, after: null, before: null, ...part }), { replace: true });
  return [address, change];
}

export function pageLinksOf(
  address: PeopleAddress,
  page: { hasPreviousPage: boolean; hasNextPage: boolean; startCursor: string | null; endCursor: string | null },
): PageLinks {
  return {
    previous: page.hasPreviousPage ? hrefOf({ ...address, after: null, before: page.startCursor }) : null,
    next: page.hasNextPage ? hrefOf({ ...address, before: null, after: page.endCursor }) : null,
  };
}

export function variablesOf({ search, role, deleted, order, after, before }: PeopleAddress): PeopleQueryVariables {
  return {
    filter: {
      ...(search.trim() !== '' && { search: search.trim() }),
      ...(role.length > 0 && { roleId: [...role] }),
      ...(deleted && { deleted }),
    },
    orderBy: ORDERS[order].order,
    ...(before === null ? { first: PAGE_SIZE, after } : { last: PAGE_SIZE, before }),
  };
}
