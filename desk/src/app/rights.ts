import { type Viewer } from './session-context.js';

/** Rights that do not depend on a ticket, by docs/access.md: a flag of the role, narrowed by a bit of the account. */
export function mayCreate({ ticketPermissions }: Viewer): boolean {
  return ticketPermissions?.create === true;
}

export function maySeeDeleted({ role, ticketPermissions }: Viewer): boolean {
  return role.canDeleteAll && ticketPermissions?.view === true;
}
