import { type Viewer } from '../accounts/viewer.js';

/** Contract, `Query.notifications`: "Your own; everyone's for those who may manage tickets." */
export function canSeeAllNotifications(viewer: Viewer): boolean {
  return viewer.role.canManageTickets;
}
