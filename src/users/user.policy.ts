import { type Viewer } from '../auth/viewer.js';

/** Contract: "Null unless it is your own, or you may manage users or tickets." */
export function canSeeEmail(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.id === userId || viewer.role.canManageUsers || viewer.role.canManageTickets);
}

/** Contract: "Null unless it is your own, or you may manage users." */
export function canSeeTicketPermissions(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.id === userId || viewer.role.canManageUsers);
}

/** Contract, `UserFilter.deleted`: "True needs canManageUsers." */
export function canSeeDeletedUsers(viewer: Viewer): boolean {
  return viewer.role.canManageUsers;
}
