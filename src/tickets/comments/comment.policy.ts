import { type Viewer } from '../../accounts/viewer.js';

/** Internal comments are for those who manage tickets, to write and to read. */
export function canUseInternalComments(viewer: Viewer): boolean {
  return viewer.role.canManageTickets;
}

/** The author or canEditAll (requirements 71, C4); the edit bit narrows it (C6). */
export function canEditComment(viewer: Viewer, comment: { readonly authorId: string }): boolean {
  return (
    viewer.permissions.view && viewer.permissions.edit && (viewer.role.canEditAll || comment.authorId === viewer.id)
  );
}

/** The author or canDeleteAll (requirements 71, C4); the delete bit narrows it (C6). */
export function canDeleteComment(viewer: Viewer, comment: { readonly authorId: string }): boolean {
  return (
    viewer.permissions.view && viewer.permissions.delete && (viewer.role.canDeleteAll || comment.authorId === viewer.id)
  );
}
