import { type Viewer } from '../accounts/viewer.js';

/** `Query.notifications` gives the viewer's own, and everybody's to viewers with canManageTickets. */
export function canSeeAllNotifications(viewer: Viewer): boolean {
  return viewer.role.canManageTickets;
}
