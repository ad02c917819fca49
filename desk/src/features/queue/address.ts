import { TICKET_PRIORITIES, TICKET_STATUSES, type TicketPriority, type TicketStatus } from '@docket/client';
import { useSearchParams } from 'wouter';
import { type Viewer } from '../../app/session-context.js';
import { type TicketFilter, type TicketOrder } from '../../generated/graphql.js';
import { usualView, viewFilter, type ViewId, VIEWS } from './views.js';

/** Which of active and closed tickets show, where no status is picked. */
export const STATES = ['active', 'closed', 'any'] as const;
export type State = (typeof STATES)[number];

export const ORDERS = {
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
export const ORDER_IDS: readonly OrderId[] = ['active', 'priority', 'newest', 'oldest'];

/** What the queue shows: everything of it stands in the address. */
export interface QueueAddress {
  readonly view: ViewId;
  readonly search: string;
  readonly state: State;
  readonly status: readonly TicketStatus[];
  readonly priority: readonly TicketPriority[];
  readonly product: string | null;
  readonly order: OrderId;
}

const DEFAULT_ORDER: OrderId = 'active';

function oneOf<Value extends string>(values: readonly Value[], text: string | null): Value | null {
  return values.find((value) => value === text) ?? null;
}

function listOf<Value extends string>(values: readonly Value[], text: string | null): readonly Value[] {
  const given = text?.split(',') ?? [];
  return values.filter((value) => given.includes(value));
}

function readAddress(params: URLSearchParams, usual: ViewId): QueueAddress {
  return {
    view:
      oneOf(
        VIEWS.map(({ id }) => id),
        params.get('view'),
      ) ?? usual,
    search: params.get('q') ?? '',
    state: oneOf(STATES, params.get('state')) ?? 'active',
    status: listOf(TICKET_STATUSES, params.get('status')),
    priority: listOf(TICKET_PRIORITIES, params.get('priority')),
    product: params.get('product'),
    order: oneOf(ORDER_IDS, params.get('order')) ?? DEFAULT_ORDER,
  };
}

/** Only what differs from the usual, so that addresses stay short. */
function writeAddress(address: QueueAddress): URLSearchParams {
  const params = new URLSearchParams({ view: address.view });
  if (address.search.trim() !== '') params.set('q', address.search);
  if (address.state !== 'active') params.set('state', address.state);
  if (address.status.length > 0) params.set('status', address.status.join(','));
  if (address.priority.length > 0) params.set('priority', address.priority.join(','));
  if (address.product !== null) params.set('product', address.product);
  if (address.order !== DEFAULT_ORDER) params.set('order', address.order);
  return params;
}

export function useQueueAddress(viewer: Viewer): [QueueAddress, (change: Partial<QueueAddress>) => void] {
  const [params, setParams] = useSearchParams();
  const address = readAddress(params, usualView(viewer));
  const change = (part: Partial<QueueAddress>) => setParams(writeAddress({ ...address, ...part }), { replace: true });
  return [address, change];
}

function stateFilter({ state, status }: QueueAddress): TicketFilter {
  if (status.length > 0) return { status: [...status] };
  return state === 'any' ? {} : { active: state === 'active' };
}

export function filterOf(address: QueueAddress): TicketFilter {
  const { search, priority, product } = address;
  return {
    ...viewFilter(address.view),
    ...stateFilter(address),
    ...(search.trim() !== '' && { search: search.trim() }),
    ...(priority.length > 0 && { priority: [...priority] }),
    ...(product !== null && { productId: [product] }),
  };
}
