import { type TicketPermissionsInput } from '../../generated/graphql.js';

export type Permission = keyof TicketPermissionsInput;

interface PermissionText {
  readonly name: Permission;
  readonly label: string;
  readonly hint?: string;
  /** In the list of what somebody may not do. */
  readonly short: string;
}

/** The four permissions of an account. They narrow the role, and never widen it. */
export const PERMISSIONS: readonly PermissionText[] = [
  { name: 'view', label: 'See tickets', hint: 'Without it they can neither change, delete nor comment.', short: 'see' },
  { name: 'create', label: 'Create tickets', short: 'create' },
  { name: 'edit', label: 'Change tickets and comments', short: 'change' },
  { name: 'delete', label: 'Delete tickets and comments', short: 'delete' },
];

/** What was taken away from somebody: "change, delete"; nothing when they have all four. */
export function lackingPermissions(permissions: Readonly<Record<Permission, boolean>>): string {
  return PERMISSIONS.filter(({ name }) => !permissions[name])
    .map(({ short }) => short)
    .join(', ');
}
