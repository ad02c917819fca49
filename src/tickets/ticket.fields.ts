import { type Row } from '../database/row.js';
import { type Ticket, TicketPriority, TicketStatus, TicketType } from './ticket.entity.js';
import { type TicketFilter, TicketOrderField, type UpdateTicketInput } from './ticket.inputs.js';

/** The fields of a ticket that a person may change, each as `updateTicket` takes it. */
export type TicketChange = Omit<UpdateTicketInput, 'id' | 'expectedVersion' | 'notify'>;

/** A property of a row. A relation has its foreign key: `productId` for `product`. */
export type TicketColumn = keyof Row<Ticket>;

/** Column values to write. */
export type TicketValues = Readonly<Partial<Record<TicketColumn, unknown>>>;

/** The right that changing a field needs (ticket.policy.ts). */
export type ChangeRight = 'edit' | 'status' | 'assign';

type TicketEnum = 'ticket_type' | 'ticket_priority' | 'ticket_status';

type FieldKind =
  | { readonly kind: 'text'; readonly maxLength: number }
  | { readonly kind: 'json' | 'instant' | 'integer' | 'id' }
  /** A PostgreSQL enum, values in ascending order. */
  | { readonly kind: 'enum'; readonly type: TicketEnum; readonly values: readonly string[] }
  /** Exports and imports name users by username, products by name, tickets by id. */
  | { readonly kind: 'reference'; readonly to: 'user' | 'product' | 'ticket' };

/** The rules for a field, wherever tickets are read or written. */
interface FieldRules {
  readonly column: TicketColumn;
  readonly nullable: boolean;
  /** Written at creation only, by changes too, or only by the database (default or trigger). */
  readonly written: 'once' | 'often' | 'by the database';
  /** Its name in the inputs; null when no input sets it. */
  readonly input: keyof TicketChange | null;
  /** Default of a new ticket. */
  readonly initial: string | null;
  /** Null when no input sets it. */
  readonly right: ChangeRight | null;
  /** Whether changes are recorded in the history and mailed. */
  readonly recorded: boolean;
  /** The field of TicketFilter, named like the column: a list of values, or a range of instants. */
  readonly filter: (TicketColumn & keyof TicketFilter) | null;
  readonly order: TicketOrderField | null;
  /** The column that filters and orders use while this one is null. */
  readonly fallback: TicketColumn | null;
  /** The column instead of this one for those who may read internal comments. */
  readonly withInternal: TicketColumn | null;
  /** Whether exports write it and imports read it, under the property's name. */
  readonly exported: boolean;
  readonly imported: boolean;
}

export type TicketProperty = Exclude<keyof Ticket, symbol>;

export type TicketField = FieldKind & FieldRules & { readonly property: TicketProperty };

const DEFAULTS = {
  nullable: false,
  written: 'often',
  input: null,
  initial: null,
  right: null,
  recorded: false,
  filter: null,
  order: null,
  fallback: null,
  withInternal: null,
  exported: false,
  imported: false,
} as const satisfies Partial<FieldRules>;

/** For fields that people set. */
const EDITABLE = { right: 'edit', recorded: true, exported: true, imported: true } as const;
/** For fields that exports keep, and no input sets. */
const KEPT = { exported: true, imported: true } as const;
const TYPE = { kind: 'enum', type: 'ticket_type', values: Object.values(TicketType) } as const;
const PRIORITY = { kind: 'enum', type: 'ticket_priority', values: Object.values(TicketPriority) } as const;
const STATUS = { kind: 'enum', type: 'ticket_status', values: Object.values(TicketStatus) } as const;

type FieldLine = FieldKind & Pick<FieldRules, 'column'> & Partial<FieldRules>;

/**
 * Every property of the entity. Checks of inputs, rights, history, statements, filters, orders, export and import are made
 * of this table (CONTRIBUTING.md, "Add a field to tickets"). The history lists changes in this order.
 */
const FIELDS: Readonly<Record<TicketProperty, FieldLine>> = {
  id: { ...KEPT, kind: 'id', column: 'id', written: 'once', filter: 'id' },
  number: {
    kind: 'integer',
    column: 'number',
    written: 'by the database',
    order: TicketOrderField.NUMBER,
    exported: true,
  },
  title: { ...EDITABLE, kind: 'text', maxLength: 200, column: 'title', input: 'title' },
  description: { ...EDITABLE, kind: 'text', maxLength: 10_000, column: 'description', input: 'description' },
  details: { ...EDITABLE, kind: 'json', column: 'details', nullable: true, input: 'details' },
  type: { ...EDITABLE, ...TYPE, column: 'type', input: 'type', initial: TicketType.BUG, filter: 'type' },
  priority: {
    ...EDITABLE,
    ...PRIORITY,
    column: 'priority',
    input: 'priority',
    initial: TicketPriority.MEDIUM,
    filter: 'priority',
    order: TicketOrderField.PRIORITY,
  },
  status: {
    ...EDITABLE,
    ...STATUS,
    column: 'status',
    input: 'status',
    initial: TicketStatus.OPEN,
    right: 'status',
    filter: 'status',
    order: TicketOrderField.STATUS,
  },
  product: {
    ...EDITABLE,
    kind: 'reference',
    to: 'product',
    column: 'productId',
    nullable: true,
    input: 'productId',
    filter: 'productId',
  },
  createdBy: { ...KEPT, kind: 'reference', to: 'user', column: 'createdById', written: 'once', filter: 'createdById' },
  assignedTo: {
    ...EDITABLE,
    kind: 'reference',
    to: 'user',
    column: 'assignedToId',
    nullable: true,
    input: 'assignedTo',
    right: 'assign',
    filter: 'assignedToId',
  },
  // Set by markDuplicate and unmarkDuplicate.
  duplicateOf: { ...EDITABLE, kind: 'reference', to: 'ticket', column: 'duplicateOfId', nullable: true, right: null },
  createdAt: {
    ...KEPT,
    kind: 'instant',
    column: 'createdAt',
    written: 'once',
    filter: 'createdAt',
    order: TicketOrderField.CREATED_AT,
  },
  updatedAt: {
    ...KEPT,
    kind: 'instant',
    column: 'updatedAt',
    nullable: true,
    fallback: 'createdAt',
    filter: 'updatedAt',
    order: TicketOrderField.UPDATED_AT,
  },
  closedAt: { ...KEPT, kind: 'instant', column: 'closedAt', nullable: true, filter: 'closedAt' },
  deletedAt: { kind: 'instant', column: 'deletedAt', nullable: true },
  version: { kind: 'integer', column: 'version', written: 'by the database' },
  commentCount: { kind: 'integer', column: 'commentCount', written: 'by the database' },
  internalCommentCount: { kind: 'integer', column: 'internalCommentCount', written: 'by the database' },
  lastCommentAt: { kind: 'instant', column: 'lastCommentAt', nullable: true, written: 'by the database' },
  lastInternalCommentAt: {
    kind: 'instant',
    column: 'lastInternalCommentAt',
    nullable: true,
    written: 'by the database',
  },
  lastActivityAt: {
    kind: 'instant',
    column: 'lastActivityAt',
    withInternal: 'lastInternalActivityAt',
    written: 'by the database',
    filter: 'lastActivityAt',
    order: TicketOrderField.LAST_ACTIVITY,
  },
  lastInternalActivityAt: { kind: 'instant', column: 'lastInternalActivityAt', written: 'by the database' },
};

function isProperty(name: string): name is TicketProperty {
  return name in FIELDS;
}

export const TICKET_FIELDS: readonly TicketField[] = Object.keys(FIELDS)
  .filter(isProperty)
  .map((property) => Object.assign({ property }, DEFAULTS, FIELDS[property]));

/** The order of columns in exports and imports: nested values (JSON) last. */
export const TRANSFERRED_FIELDS: readonly TicketField[] = [
  ...TICKET_FIELDS.filter(({ kind }) => kind !== 'json'),
  ...TICKET_FIELDS.filter(({ kind }) => kind === 'json'),
].filter(({ exported, imported }) => exported || imported);

/** The name of a column in SQL, by the ORM's naming strategy. */
export function sqlName(column: TicketColumn): string {
  return column.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** @throws Error for a field that is not of kind `text` */
export function maxLengthOf(property: TicketProperty): number {
  const field = FIELDS[property];
  if (field.kind !== 'text') throw new Error(`${property} is no text`);
  return field.maxLength;
}
