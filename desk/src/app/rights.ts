import { type Viewer } from './session-context.js';

/** The six rights of a role, with none granted. */
export const NO_RIGHTS = {
  canViewAll: false,
  canEditAll: false,
  canDeleteAll: false,
  canManageTickets: false,
  canAssignTickets: false,
  canManageUsers: false,
};

/** Rights that do not depend on a ticket, by docs/access.md: a flag of the role, narrowed by a bit of the account. */
export function mayCreate({ ticketPermissions }: Viewer): boolean {
  return ticketPermissions?.create === true;
}

export function maySeeDeleted({ role, ticketPermissions }: Viewer): boolean {
  return role.canDeleteAll && ticketPermissions?.view === true;
}
