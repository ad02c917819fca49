import { isActive, type TicketStatus } from '../tickets/ticket.entity.js';
import { RowError } from './draft-rules.js';
import { type ImportField } from './preset.js';

interface Instants {
  createdAt: Date;
  updatedAt: Date | null;
  closedAt: Date | null;
}

interface OrderRules {
  readonly status: TicketStatus;
  /** Keeps a change at the moment of creation. */
  readonly keepsEqual: boolean;
  readonly note: (what: string) => void;
  /** Keeps what the source says in the details. */
  readonly keep: (field: ImportField) => void;
}

/**
 * Puts a time of change before the creation right.
 * @throws RowError for a ticket that was closed before it was created
 */
export function checkOrder(
  { createdAt, updatedAt, closedAt }: Instants,
  { status, keepsEqual, note, keep }: OrderRules,
) {
  if (closedAt && closedAt < createdAt) throw new RowError('closedAt lies before createdAt.');
  const isEarly = updatedAt !== null && updatedAt < createdAt;
  if (isEarly) {
    note('updatedAt lay before createdAt: left out; the details hold it');
    keep('updatedAt');
  }
  const changed = isEarly || (updatedAt?.getTime() === createdAt.getTime() && !keepsEqual) ? null : updatedAt;
  if (closedAt && isActive(status)) {
    note('closedAt of a ticket that is not closed: left out; the details hold it');
    keep('closedAt');
  }
  return { updatedAt: changed, closedAt: isActive(status) ? null : (closedAt ?? changed ?? createdAt) };
}
