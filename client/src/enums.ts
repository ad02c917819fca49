import { type TicketPriority, type TicketStatus, type TicketType } from './generated/graphql.js';

export type { TicketPriority, TicketStatus, TicketType };

/** A list with each value of a union once: a value that is missing, or not there any more, fails the build. */
const all =
  <Value extends string>() =>
  <const Values extends readonly Value[]>(...values: Values & ([Value] extends [Values[number]] ? Values : never)) =>
    values;

/** In the order in which work goes on. */
export const TICKET_STATUSES = all<TicketStatus>()(
  'OPEN',
  'SELECTED_FOR_DEV',
  'IN_PROGRESS',
  'ON_HOLD',
  'DONE',
  'CLOSED',
);

/** The most urgent first. */
export const TICKET_PRIORITIES = all<TicketPriority>()('EMERGENCY', 'HIGH', 'MEDIUM', 'LOW');

export const TICKET_TYPES = all<TicketType>()('BUG', 'ENHANCEMENT', 'FEATURE');

/** A ticket is active until it is DONE or CLOSED. */
export function isActive(status: TicketStatus): boolean {
  return status !== 'DONE' && status !== 'CLOSED';
}
