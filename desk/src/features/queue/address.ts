import {
  TICKET_PRIORITIES,
  TICKET_STATUSES,
  TICKET_TYPES,
  type TicketPriority,
  type TicketStatus,
  type TicketType,
} from '@docket/client';
import { useSearchParams } from 'wouter';
import { type Viewer } from '../../app/session-context.js';
import { type TicketFilter, type TicketOrder } from '../../generated/graphql.js';
import { NONE } from '../../ui/search-options.js';
import { usualView, viewFilter, type ViewId, viewsOf } from './views.js';

/** Which of active and closed tickets show, where no status is picked. */
export const STATES = ['active', 'closed', 'any'] as const;
export type State = (typeof STATES)[number];

export const ORDERS = {
  best: { label: 'Best match', order: [{ field: 'RELEVANCE', direction: 'DESC' }] },
  active: { label: 'Last activity', order: [{ field: 'LAST_ACTIVITY', direction: 'DESC' }] },
  priority: {
    label: 'Priority',
    order: [
      { field: 'PRIORITY', direction: 'DESC' },
      { field: 'LAST_ACTIVITY', direction: 'DESC' },
    ],
  },
  newest: { label: 'Newest', order: [{ field: 'CREATED_AT', direction: 'DESC' }] },
  oldest: { label: 'Oldest', order: [{ field: 'CREATED_AT', direction: 'ASC' }] },
} as const satisfies Record<string, { label: string; order: TicketOrder[] }>;
export type OrderId = keyof typeof ORDERS;

/** Without words that are searched for nothing matches better than anything else. */
const UNSEARCHED_ORDERS: readonly OrderId[] = ['active', 'priority', 'newest', 'oldest'];
const SEARCHED_ORDERS: readonly OrderId[] = ['best', ...UNSEARCHED_ORDERS];

/** What the API takes of ids in one filter. */
const MOST_IDS = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the queue shows: everything of it stands in the address. */
export interface QueueAddress {
  readonly view: ViewId;
  readonly search: string;
  readonly state: State;
  readonly status: readonly TicketStatus[];
  readonly priority: readonly TicketPriority[];
  readonly type: readonly TicketType[];
  /** Ids of products. */
  readonly product: readonly string[];
  /** Ids of people; NONE for unassigned tickets. */
  readonly assignee: readonly string[];
  /** Null: the usual one. */
  readonly order: OrderId | null;
}

/** What is worked on shows at first; of deleted tickets it does not matter how far they were. */
const usualState = (view: ViewId): State => (view === 'deleted' ? 'any' : 'active');

/** The filters that are pickers of their own, each with nothing picked. */
export function unfiltered({ view }: QueueAddress): Partial<QueueAddress> {
  return { state: usualState(view), status: [], priority: [], product: [], type: [], assignee: [] };
}

export function filterCount({ view, state, status, priority, product, type, assignee }: QueueAddress): number {
  const lists = [priority, product, type, assignee].filter(({ length }) => length > 0).length;
  return lists + (status.length > 0 || state !== usualState(view) ? 1 : 0);
}

const isSearched = ({ search }: Pick<QueueAddress, 'search'>) => search.trim() !== '';

/** The orders to choose from, the usual one first. */
export function ordersOf(address: QueueAddress): readonly OrderId[] {
  return isSearched(address) ? SEARCHED_ORDERS : UNSEARCHED_ORDERS;
}

export function orderOf(address: QueueAddress): OrderId {
  const orders = ordersOf(address);
  return orders.find((id) => id === address.order) ?? orders[0] ?? 'active';
}

function oneOf<Value extends string>(values: readonly Value[], text: string | null): Value | null {
  return values.find((value) => value === text) ?? null;
}

function listOf<Value extends string>(values: readonly Value[], text: string | null): readonly Value[] {
  const given = text?.split(',') ?? [];
  return values.filter((value) => given.includes(value));
}

function idsOf(text: string | null, ...others: readonly string[]): readonly string[] {
  const given = text?.split(',') ?? [];
  return [...new Set(given)].filter((id) => UUID.test(id) || others.includes(id)).slice(0, MOST_IDS);
}

function readAddress(params: URLSearchParams, viewer: Viewer): QueueAddress {
  const views = viewsOf(viewer).map(({ id }) => id);
  const view = oneOf(views, params.get('view')) ?? usualView(viewer);
  return {
    view,
    search: params.get('q') ?? '',
    state: oneOf(STATES, params.get('state')) ?? usualState(view),
    status: listOf(TICKET_STATUSES, params.get('status')),
    priority: listOf(TICKET_PRIORITIES, params.get('priority')),
    type: listOf(TICKET_TYPES, params.get('type')),
    product: idsOf(params.get('product')),
    assignee: idsOf(params.get('assignee'), NONE),
    order: oneOf(SEARCHED_ORDERS, params.get('order')),
  };
}

/** Only what differs from the usual, so that addresses stay short. */
function writeAddress(address: QueueAddress): URLSearchParams {
  const params = new URLSearchParams({ view: address.view });
  if (isSearched(address)) params.set('q', address.search);
  if (address.state !== usualState(address.view)) params.set('state', address.state);
  for (const name of ['status', 'priority', 'product', 'type', 'assignee'] as const) {
    if (address[name].length > 0) params.set(name, address[name].join(','));
  }
  const order = orderOf(address);
  if (order !== ordersOf(address)[0]) params.set('order', order);
  return params;
}

export function useQueueAddress(viewer: Viewer): [QueueAddress, (change: Partial<QueueAddress>) => void] {
  const [params, setParams] = useSearchParams();
  const address = readAddress(params, viewer);
  // Back undoes what was picked, and not each letter of a search.
  const change = (part: Partial<QueueAddress>) =>
    setParams(writeAddress({ ...address, ...part }), { replace: 'search' in part });
  return [address, change];
}

function stateFilter({ state, status }: QueueAddress): TicketFilter {
  if (status.length > 0) return { status: [...status] };
  return state === 'any' ? {} : { active: state === 'active' };
}

function assigneeFilter({ assignee }: QueueAddress): TicketFilter {
  const people = assignee.filter((id) => id !== NONE);
  const alternatives: TicketFilter[] = [];
  if (people.length < assignee.length) alternatives.push({ unassigned: true });
  if (people.length > 0) alternatives.push({ assignedToId: people });
  return alternatives.length > 0 ? { or: alternatives } : {};
}

export function filterOf(address: QueueAddress): TicketFilter {
  const { search, priority, product, type } = address;
  return {
    ...viewFilter(address.view),
    ...stateFilter(address),
    ...assigneeFilter(address),
    ...(isSearched(address) && { search: search.trim() }),
    ...(priority.length > 0 && { priority: [...priority] }),
    ...(product.length > 0 && { productId: [...product] }),
    ...(type.length > 0 && { type: [...type] }),
  };
}
