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
import { idsOf, listOf, oneOf } from '../../ui/address.js';
import { NONE } from '../../ui/search-options.js';
import { type InstantRange, readRange, writeRange } from './instant-range.js';
import { usualView, viewFilter, type ViewId, viewsOf } from '../../app/views.js';

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

/** What the queue shows: everything of it stands in the address. */
export interface QueueAddress {
  readonly view: ViewId;
  readonly search: string;
  readonly state: State;
  readonly status: readonly TicketStatus[];
  readonly priority: readonly TicketPriority[];
  readonly type: readonly TicketType[];
  /** Ids of products; NONE for tickets about none. */
  readonly product: readonly string[];
  /** Ids of people; NONE for unassigned tickets. */
  readonly assignee: readonly string[];
  /** When they were created, closed, or last active. */
  readonly created: InstantRange | null;
  readonly closed: InstantRange | null;
  readonly active: InstantRange | null;
  /** Null: the usual one. */
  readonly order: OrderId | null;
}

const LISTS = ['status', 'priority', 'product', 'type', 'assignee'] as const;
export const RANGES = ['created', 'closed', 'active'] as const;
export type RangeName = (typeof RANGES)[number];

/** Views show active tickets at first; that of deleted tickets shows them in any status. */
const usualState = (view: ViewId): State => (view === 'deleted' ? 'any' : 'active');

const NOTHING_PICKED = {
  status: [],
  priority: [],
  product: [],
  type: [],
  assignee: [],
  created: null,
  closed: null,
  active: null,
} as const;

/** Every filter of the view, with nothing picked. */
export function unfiltered({ view }: QueueAddress): Partial<QueueAddress> {
  return { state: usualState(view), ...NOTHING_PICKED };
}

export function filterCount(address: QueueAddress): number {
  const { view, state, status, priority, product, type, assignee } = address;
  const lists = [priority, product, type, assignee].filter(({ length }) => length > 0).length;
  const ranges = RANGES.filter((name) => address[name] !== null).length;
  return lists + ranges + (status.length > 0 || state !== usualState(view) ? 1 : 0);
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
    product: idsOf(params.get('product'), NONE),
    assignee: idsOf(params.get('assignee'), NONE),
    created: readRange(params.get('created')),
    closed: readRange(params.get('closed')),
    active: readRange(params.get('active')),
    order: oneOf(SEARCHED_ORDERS, params.get('order')),
  };
}

/** Only what differs from the usual, so that addresses stay short. */
function writeAddress(address: QueueAddress): URLSearchParams {
  const params = new URLSearchParams({ view: address.view });
  if (isSearched(address)) params.set('q', address.search);
  if (address.state !== usualState(address.view)) params.set('state', address.state);
  for (const name of LISTS) if (address[name].length > 0) params.set(name, address[name].join(','));
  for (const name of RANGES) {
    const range = address[name];
    if (range) params.set(name, writeRange(range));
  }
  const order = orderOf(address);
  if (order !== ordersOf(address)[0]) params.set('order', order);
  return params;
}

/** Where the queue shows the tickets that match, among all that the viewer may see. */
export function queueLink(filters: Partial<Omit<QueueAddress, 'view'>>): string {
  const address: QueueAddress = {
    view: 'all',
    search: '',
    state: 'active',
    order: null,
    ...NOTHING_PICKED,
    ...filters,
  };
  return `/tickets?${writeAddress(address).toString()}`;
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

/** Any of these, one of which may be none at all. */
function anyOf(picked: readonly string[], none: TicketFilter, those: (ids: string[]) => TicketFilter): TicketFilter[] {
  const ids = picked.filter((id) => id !== NONE);
  const alternatives = [...(ids.length < picked.length ? [none] : []), ...(ids.length > 0 ? [those(ids)] : [])];
  return alternatives.length > 0 ? [{ or: alternatives }] : [];
}

export function filterOf(address: QueueAddress): TicketFilter {
  const { search, priority, product, type, assignee, created, closed, active } = address;
  const and = [
    ...anyOf(assignee, { unassigned: true }, (ids) => ({ assignedToId: ids })),
    ...anyOf(product, { withoutProduct: true }, (ids) => ({ productId: ids })),
  ];
  return {
    ...viewFilter(address.view),
    ...stateFilter(address),
    ...(and.length > 0 && { and }),
    ...(isSearched(address) && { search: search.trim() }),
    ...(priority.length > 0 && { priority: [...priority] }),
    ...(type.length > 0 && { type: [...type] }),
    ...(created && { createdAt: created }),
    ...(closed && { closedAt: closed }),
    ...(active && { lastActivityAt: active }),
  };
}
