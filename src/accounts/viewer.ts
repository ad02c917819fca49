import { type RoleFlag } from './roles/role.entity.js';

/** What the four bits of requirements 36 allow at all. They narrow the role, never widen it (C6). */
export interface ViewerPermissions {
  readonly create: boolean;
  readonly edit: boolean;
  readonly view: boolean;
  readonly delete: boolean;
}

/** The person who asks, at most five seconds old (requirements C11). */
export interface Viewer {
  readonly id: string;
  readonly sessionId: string;
  readonly role: Readonly<Record<RoleFlag, boolean>>;
  readonly permissions: ViewerPermissions;
}
