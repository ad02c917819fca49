import { type Viewer } from '../accounts/viewer.js';

/** `Query.notifications` gives one's own, and everybody's to those who may manage tickets. */
export function canSeeAllNotifications(viewer: Viewer): boolean {
  return viewer.role.canManageTickets;
}
