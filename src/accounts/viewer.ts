import { type RoleFlag } from './roles/role.entity.js';

/** What the four permissions of an account allow at all. They narrow the role, never widen it. */
export interface ViewerPermissions {
  readonly create: boolean;
  readonly edit: boolean;
  readonly view: boolean;
  readonly delete: boolean;
}

/**
 * The signed-in user of a request; the data is at most five seconds old (docs/behaviour.md, "Access tokens and refresh
 * tokens").
 */
export interface Viewer {
  readonly id: string;
  readonly sessionId: string;
  readonly role: Readonly<Record<RoleFlag, boolean>>;
  readonly permissions: ViewerPermissions;
}
