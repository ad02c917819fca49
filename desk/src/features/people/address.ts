import { type PeopleQueryVariables, type UserOrder } from '../../generated/graphql.js';
import { filterOf, idsOf, type ListAddress, oneOf, pageOf, useListAddress } from '../../ui/address.js';

export const ORDERS = {
  name: { label: 'Name', order: { field: 'NAME', direction: 'ASC' } },
  username: { label: 'Username', order: { field: 'USERNAME', direction: 'ASC' } },
  newest: { label: 'Newest', order: { field: 'CREATED_AT', direction: 'DESC' } },
  oldest: { label: 'Oldest', order: { field: 'CREATED_AT', direction: 'ASC' } },
} as const satisfies Record<string, { label: string; order: UserOrder }>;
type OrderId = keyof typeof ORDERS;
export const ORDER_IDS: readonly OrderId[] = ['name', 'username', 'newest', 'oldest'];

interface PeopleFilters {
  /** Ids of roles. */
  readonly role: readonly string[];
  readonly order: OrderId;
}

export type PeopleAddress = ListAddress & PeopleFilters;

export const usePeopleAddress = () =>
  useListAddress<PeopleFilters>({
    path: '/people',
    read: (params) => ({
      role: idsOf(params.get('role')),
      order: oneOf(ORDER_IDS, params.get('order')) ?? 'name',
    }),
    write: ({ role, order }) => ({ role: role.join(','), order: order === 'name' ? '' : order }),
  });

export function variablesOf(address: PeopleAddress): PeopleQueryVariables {
  const { role, order } = address;
  return {
    filter: { ...filterOf(address), ...(role.length > 0 && { roleId: [...role] }) },
    orderBy: ORDERS[order].order,
    ...pageOf(address),
  };
}
