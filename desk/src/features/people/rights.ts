import { type RoleRightsFragment } from '../../generated/graphql.js';

export type Right = Extract<keyof RoleRightsFragment, `can${string}`>;

interface RightText {
  readonly name: Right;
  readonly label: string;
  readonly hint?: string;
  /** The head of a column, and part of a sentence after "May". */
  readonly short: string;
}

/** The six rights of a role. */
export const RIGHTS: readonly RightText[] = [
  {
    name: 'canViewAll',
    label: 'See every ticket',
    hint: 'Without it: those they reported or are assigned to',
    short: 'see all',
  },
  { name: 'canEditAll', label: 'Change every ticket and comment', short: 'change all' },
  {
    name: 'canDeleteAll',
    label: 'Delete every ticket and comment',
    hint: 'And see and restore deleted tickets',
    short: 'delete all',
  },
  {
    name: 'canManageTickets',
    label: 'Manage tickets and products',
    hint: 'Change any status, read and write internal notes, manage products',
    short: 'manage tickets',
  },
  { name: 'canAssignTickets', label: 'Assign every ticket', short: 'assign' },
  {
    name: 'canManageUsers',
    label: 'Manage users',
    hint: 'Create, change and delete accounts and roles',
    short: 'manage users',
  },
];

/** "May see all, assign." */
export function rightsInWords(role: Readonly<Record<Right, boolean>>): string {
  const rights = RIGHTS.filter(({ name }) => role[name]).map(({ short }) => short);
  return rights.length === 0 ? 'Works with their own tickets only.' : `May ${rights.join(', ')}.`;
}
