import { type Viewer } from '../accounts/viewer.js';
import { type Ticket } from './ticket.entity.js';

/** The facts about a ticket that the rules need. */
export interface TicketFacts {
  readonly createdById: string;
  readonly assignedToId: string | null;
  readonly deleted: boolean;
}

export function factsOf(ticket: Ticket): TicketFacts {
  return {
    createdById: ticket.createdBy.id,
    assignedToId: ticket.assignedTo?.id ?? null,
    deleted: ticket.deletedAt !== null,
  };
}

/** The same from the columns of a row. */
export function factsOfRow({
  createdById,
  assignedToId,
  deletedAt,
}: {
  readonly createdById: string;
  readonly assignedToId: string | null;
  readonly deletedAt: string | null;
}): TicketFacts {
  return { createdById, assignedToId, deleted: deletedAt !== null };
}

/** Which tickets a viewer may see; ticket-visibility.ts translates it to a WHERE clause (docs/access.md). */
export type TicketVisibility = { readonly all: boolean; readonly ownOf: string } | null;

/** Null: none. Otherwise all, or only those that the user `ownOf` created or is assigned to. */
export function ticketVisibility(viewer: Viewer): TicketVisibility {
  return viewer.permissions.view ? { all: viewer.role.canViewAll, ownOf: viewer.id } : null;
}

function isCreator(viewer: Viewer, ticket: TicketFacts): boolean {
  return ticket.createdById === viewer.id;
}

function isAssignee(viewer: Viewer, ticket: TicketFacts): boolean {
  return ticket.assignedToId === viewer.id;
}

export function canCreateTicket(viewer: Viewer): boolean {
  return viewer.permissions.create;
}

/** Deleted tickets need canDeleteAll, and must be asked for. */
export function canSeeDeletedTickets(viewer: Viewer): boolean {
  return viewer.permissions.view && viewer.role.canDeleteAll;
}

export function canViewTicket(viewer: Viewer, ticket: TicketFacts): boolean {
  if (!viewer.permissions.view || ticket.deleted) return false;
  return viewer.role.canViewAll || isCreator(viewer, ticket) || isAssignee(viewer, ticket);
}

/** Title, description, details, type, priority and product: the creator or canEditAll (docs/access.md). */
export function canEditTicket(viewer: Viewer, ticket: TicketFacts): boolean {
  return (
    viewer.permissions.edit && canViewTicket(viewer, ticket) && (viewer.role.canEditAll || isCreator(viewer, ticket))
  );
}

/** Also the assignee, and canManageTickets (docs/access.md). */
export function canChangeStatus(viewer: Viewer, ticket: TicketFacts): boolean {
  return (
    canEditTicket(viewer, ticket) ||
    (viewer.permissions.edit &&
      canViewTicket(viewer, ticket) &&
      (isAssignee(viewer, ticket) || viewer.role.canManageTickets))
  );
}

/** Also canAssignTickets (docs/access.md). */
export function canAssignTicket(viewer: Viewer, ticket: TicketFacts): boolean {
  return (
    canEditTicket(viewer, ticket) ||
    (viewer.permissions.edit && canViewTicket(viewer, ticket) && viewer.role.canAssignTickets)
  );
}

/** The creator or canDeleteAll (docs/access.md). */
export function canDeleteTicket(viewer: Viewer, ticket: TicketFacts): boolean {
  return (
    viewer.permissions.delete &&
    canViewTicket(viewer, ticket) &&
    (viewer.role.canDeleteAll || isCreator(viewer, ticket))
  );
}

/** Everybody who sees it (docs/access.md). */
export function canCommentOn(viewer: Viewer, ticket: TicketFacts): boolean {
  return canViewTicket(viewer, ticket);
}

/** A deleted ticket that the viewer would see. */
export function canRestoreTicket(viewer: Viewer, ticket: TicketFacts): boolean {
  return ticket.deleted && canRestoreTickets(viewer) && canViewTicket(viewer, { ...ticket, deleted: false });
}

/** To change and comment without mails (docs/behaviour.md, "Silence"). */
export function canSilence(viewer: Viewer): boolean {
  return viewer.role.canManageTickets;
}

/** Needs canDeleteAll. The delete bit narrows it (docs/access.md). */
export function canRestoreTickets(viewer: Viewer): boolean {
  return viewer.permissions.delete && canSeeDeletedTickets(viewer);
}
