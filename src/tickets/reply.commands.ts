import { type Viewer } from '../accounts/viewer.js';
import { type Row } from '../database/row.js';
import { changeOf, buildWrite } from './ticket-write-builder.js';
import { TicketEventKind } from './ticket-event.entity.js';
import { NO_MAILS, withQueue } from './ticket-mails.js';
import { type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { type ExistingReferences } from './ticket.commands.js';
import { isActive, type Ticket, TicketStatus } from './ticket.entity.js';

/** What an answer of the requester sets back to work. CLOSED is final: only its assignee hears of the comment. */
const REOPENED_BY_REPLY: ReadonlySet<TicketStatus> = new Set([TicketStatus.ON_HOLD, TicketStatus.DONE]);

/** Whether a comment is the answer of the requester of a ticket that is on hold or done. */
export function isAwaitedReply(
  viewer: Viewer,
  { status, createdById, assignedToId }: Row<Ticket>,
  comment: { readonly internal: boolean },
): boolean {
  const isByRequester = createdById === viewer.id && assignedToId !== viewer.id;
  return isByRequester && !comment.internal && REOPENED_BY_REPLY.has(status);
}

/** Whether the assignee must be locked: only the account of an inactive ticket may have been deleted. */
export function needsLiveAssignee({ status, assignedToId }: Row<Ticket>): boolean {
  return assignedToId !== null && !isActive(status);
}

/**
 * Sets a ticket back to work after `isAwaitedReply`, as a change of the system: its event has no actor. The mails of the
 * comment tell of it (`commentOn`), and the queue (`queueOf`) hears of a ticket that is new to it.
 * @param live the assignee if the account still exists; required when `needsLiveAssignee`
 * @param notified whether the comment sends mails
 */
export function reopenOnReply(
  snapshot: TicketSnapshot,
  live: Pick<ExistingReferences, 'assignedToId'> | undefined,
  { at, notified }: { readonly at: string; readonly notified: boolean },
): TicketWrite | null {
  const { assignedToId } = live ?? snapshot.ticket;
  const status = assignedToId === null ? TicketStatus.OPEN : TicketStatus.IN_PROGRESS;
  const change = changeOf(snapshot.ticket, { status, assignedToId }, at);
  const mails = withQueue(NO_MAILS, snapshot.ticket, { status, assignedToId, actorId: snapshot.ticket.createdById });
  return (
    change && buildWrite(snapshot, { ...change, actorId: null, at, kind: TicketEventKind.CHANGED, mails, notified })
  );
}
