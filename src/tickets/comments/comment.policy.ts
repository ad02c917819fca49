import { type Viewer } from '../../accounts/viewer.js';

/** Internal comments are for those who manage tickets, to write and to read. */
export function canUseInternalComments(viewer: Viewer): boolean {
  return viewer.role.canManageTickets;
}

/** The author or canEditAll (docs/access.md); the edit bit narrows it. */
export function canEditComment(viewer: Viewer, comment: { readonly authorId: string }): boolean {
  return (
    viewer.permissions.view && viewer.permissions.edit && (viewer.role.canEditAll || comment.authorId === viewer.id)
  );
}

/** The author or canDeleteAll (docs/access.md); the delete bit narrows it. */
export function canDeleteComment(viewer: Viewer, comment: { readonly authorId: string }): boolean {
  return (
    viewer.permissions.view && viewer.permissions.delete && (viewer.role.canDeleteAll || comment.authorId === viewer.id)
  );
}
