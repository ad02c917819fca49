import { type Viewer } from '../accounts/viewer.js';
import { UserErrorCode, userInputError } from '../common/user-errors.js';
import { buildChange } from './ticket-write-builder.js';
import { checkRight, noSuchTicket } from './ticket-rights.js';
import { type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { isActive, TicketStatus } from './ticket.entity.js';

function conflict(message: string) {
  return userInputError(UserErrorCode.CONFLICT, 'duplicateOfId', message);
}

/**
 * Links a ticket to the one that it repeats.
 * @param original null for one that the viewer cannot see
 * @param links what the viewer can see of them
 * @throws FORBIDDEN without the right to edit the ticket; UserInputError for tickets that cannot be linked
 */
export function markDuplicate(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  original: { readonly id: string; readonly isDuplicate: boolean } | null,
  { close, hasDuplicates }: { readonly close: boolean; readonly hasDuplicates: boolean },
  at: string,
): TicketWrite | null {
  const { ticket } = snapshot;
  checkRight(viewer, ticket, 'edit');
  if (original?.id === ticket.id) {
    throw userInputError(UserErrorCode.INVALID, 'duplicateOfId', 'A ticket is not a duplicate of itself.');
  }
  if (original === null) throw noSuchTicket('duplicateOfId');
  if (original.isDuplicate) throw conflict('That ticket is a duplicate itself. Choose its original.');
  if (hasDuplicates) {
    throw conflict('Other tickets are duplicates of this one. Mark them as duplicates of the other one first.');
  }
  const closing = close && isActive(ticket.status) ? { status: TicketStatus.CLOSED } : {};
  return buildChange(viewer.id, snapshot, { duplicateOfId: original.id, ...closing }, at);
}

/** Takes a link away. The status stays. @throws FORBIDDEN without the right to edit the ticket */
export function unmarkDuplicate(
  viewer: Viewer,
  snapshot: TicketSnapshot,
  { seesOriginal }: { readonly seesOriginal: boolean },
  at: string,
): TicketWrite | null {
  checkRight(viewer, snapshot.ticket, 'edit');
  return seesOriginal ? buildChange(viewer.id, snapshot, { duplicateOfId: null }, at) : null;
}
