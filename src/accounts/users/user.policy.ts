import { type ViewerPermissions, type Viewer } from '../viewer.js';

/** "Null unless it is your own." */
export function isOwnAccount(viewer: Viewer | null, userId: string): boolean {
  return viewer?.id === userId;
}

/** "Null unless it is your own, or you may manage users or tickets." */
export function canSeeEmail(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.id === userId || viewer.role.canManageUsers || viewer.role.canManageTickets);
}

/** "Null unless it is your own, or you may manage users." */
export function canSeeTicketPermissions(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.id === userId || viewer.role.canManageUsers);
}

/** Whether an account's address is proven: for its owner, and for those who may manage users. */
export function canSeeEmailConfirmed(viewer: Viewer | null, userId: string): boolean {
  return canSeeTicketPermissions(viewer, userId);
}

/** `UserFilter.deleted` needs canManageUsers. */
export function canSeeDeletedUsers(viewer: Viewer): boolean {
  return viewer.role.canManageUsers;
}

/** Changing and deleting an account: its owner, or canManageUsers (docs/behaviour.md, "Deleting and restoring"). */
export function canManageUser(viewer: Viewer, userId: string): boolean {
  return viewer.id === userId || viewer.role.canManageUsers;
}

/** Giving an account another role, one's own included. */
export function canSetRole(viewer: Viewer): boolean {
  return viewer.role.canManageUsers;
}

/** Only canManageUsers grants a permission; users may drop their own (docs/access.md). */
export function canSetTicketPermissions(
  viewer: Viewer,
  userId: string,
  before: ViewerPermissions,
  after: ViewerPermissions,
): boolean {
  if (viewer.role.canManageUsers) return true;
  const raises = (['create', 'edit', 'view', 'delete'] as const).some((bit) => after[bit] && !before[bit]);
  return viewer.id === userId && !raises;
}
