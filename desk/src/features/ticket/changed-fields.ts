import { apollo } from '../../app/api.js';
import {
  ProductNameFragmentDoc,
  type TicketDetailsFragment,
  type UpdateTicketInput,
  PersonNameFragmentDoc,
} from '../../generated/graphql.js';
import { priorityLabel, statusLabel, typeLabel } from '../../ui/labels.js';
import { writtenDetails } from './details-json.js';

export type TicketChange = Pick<
  UpdateTicketInput,
  'title' | 'description' | 'details' | 'type' | 'priority' | 'status' | 'productId' | 'assignedTo'
>;
export type ChangedField = keyof TicketChange;

interface Field {
  readonly label: string;
  /** What two versions are compared by. */
  readonly value: (ticket: TicketDetailsFragment) => string | null | undefined;
  readonly text: (ticket: TicketDetailsFragment) => string;
  readonly textOf: (change: TicketChange) => string;
}

/** The name of what a picker found: it is in the cache since. */
function cachedName(type: 'User' | 'Product', id: string | null | undefined, none: string): string {
  if (id === null || id === undefined) return none;
  const found =
    type === 'User'
      ? apollo.cache.readFragment({ id: `User:${id}`, fragment: PersonNameFragmentDoc })
      : apollo.cache.readFragment({ id: `Product:${id}`, fragment: ProductNameFragmentDoc });
  return found?.name ?? 'Your choice';
}

export const FIELDS: Readonly<Record<ChangedField, Field>> = {
  title: {
    label: 'Title',
    value: ({ title }) => title,
    text: ({ title }) => title,
    textOf: ({ title }) => title ?? '',
  },
  description: {
    label: 'Description',
    value: ({ description }) => description,
    text: ({ description }) => description,
    textOf: ({ description }) => description ?? '',
  },
  details: {
    label: 'Details',
    value: ({ details }) => writtenDetails(details),
    text: ({ details }) => writtenDetails(details),
    textOf: ({ details }) => writtenDetails(details),
  },
  type: {
    label: 'Type',
    value: ({ type }) => type,
    text: ({ type }) => typeLabel(type),
    textOf: ({ type }) => typeLabel(type ?? ''),
  },
  priority: {
    label: 'Priority',
    value: ({ priority }) => priority,
    text: ({ priority }) => priorityLabel(priority),
    textOf: ({ priority }) => priorityLabel(priority ?? ''),
  },
  status: {
    label: 'Status',
    value: ({ status }) => status,
    text: ({ status }) => statusLabel(status),
    textOf: ({ status }) => statusLabel(status ?? ''),
  },
  productId: {
    label: 'Product',
    value: ({ product }) => product?.id,
    text: ({ product }) => product?.name ?? 'No product',
    textOf: ({ productId }) => cachedName('Product', productId, 'No product'),
  },
  assignedTo: {
    label: 'Assigned to',
    value: ({ assignedTo }) => assignedTo?.id,
    text: ({ assignedTo }) => assignedTo?.name ?? 'Nobody',
    textOf: ({ assignedTo }) => cachedName('User', assignedTo?.id, 'Nobody'),
  },
};

export function changedFields(change: TicketChange): readonly Field[] {
  return Object.entries(FIELDS)
    .filter(([field]) => field in change)
    .map(([, field]) => field);
}

/** Whether one of the fields is not what the person saw when they changed it. */
export function collides(change: TicketChange, seen: TicketDetailsFragment, theirs: TicketDetailsFragment): boolean {
  return changedFields(change).some(({ value }) => value(seen) !== value(theirs));
}
