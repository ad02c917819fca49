import { type Viewer } from '../accounts/viewer.js';

/** Creating, changing and deleting a product, and seeing the deleted ones, needs canManageTickets. */
export function canManageProducts(viewer: Viewer): boolean {
  return viewer.role.canManageTickets;
}
