/**
 * Who may do what with a ticket (docs/access.md): the expectation of the tests beside this
 * file, and the source of the table in docs/access.md. Stated anew, and not made from the policies in src.
 */
import { type RoleFlag } from '../../src/accounts/roles/role.entity.js';

export const BITS = ['create', 'edit', 'view', 'delete'] as const;
export type Bit = (typeof BITS)[number];
export type Bits = Readonly<Record<Bit, boolean>>;

export const RELATIONS = ['creator', 'assignee', 'other'] as const;
export type Relation = (typeof RELATIONS)[number];

/** The built-in roles (docs/access.md). */
export const ROLES: Readonly<Record<'admin' | 'tech' | 'user', readonly RoleFlag[]>> = {
  admin: ['canViewAll', 'canEditAll', 'canDeleteAll', 'canManageUsers', 'canManageTickets', 'canAssignTickets'],
  tech: ['canViewAll', 'canEditAll', 'canManageTickets', 'canAssignTickets'],
  user: ['canViewAll'],
};
export type RoleName = keyof typeof ROLES;
export const ROLE_NAMES = ['admin', 'tech', 'user'] as const;

interface Rule {
  /** What it is, for docs/access.md. */
  readonly title: string;
  /** All of them are needed. */
  readonly bits: readonly Bit[];
  /** One of these, or one of the flags. */
  readonly relations: readonly Relation[];
  readonly flags: readonly RoleFlag[];
}

export const RULES = {
  view: { title: 'See it', bits: ['view'], relations: ['creator', 'assignee'], flags: ['canViewAll'] },
  edit: {
    title: 'Change its texts, type, priority and product',
    bits: ['view', 'edit'],
    relations: ['creator'],
    flags: ['canEditAll'],
  },
  changeStatus: {
    title: 'Change its status',
    bits: ['view', 'edit'],
    relations: ['creator', 'assignee'],
    flags: ['canEditAll', 'canManageTickets'],
  },
  assign: {
    title: 'Assign it',
    bits: ['view', 'edit'],
    relations: ['creator'],
    flags: ['canEditAll', 'canAssignTickets'],
  },
  delete: { title: 'Delete it', bits: ['view', 'delete'], relations: ['creator'], flags: ['canDeleteAll'] },
  comment: { title: 'Comment on it', bits: ['view'], relations: ['creator', 'assignee'], flags: ['canViewAll'] },
  commentInternally: {
    title: 'Comment on it internally',
    bits: ['view'],
    relations: [],
    flags: ['canManageTickets'],
  },
  seeInternalComments: {
    title: 'See its internal comments',
    bits: ['view'],
    relations: [],
    flags: ['canManageTickets'],
  },
  seeDeleted: { title: 'See it once it is deleted', bits: ['view'], relations: [], flags: ['canDeleteAll'] },
  restore: { title: 'Restore it', bits: ['view', 'delete'], relations: [], flags: ['canDeleteAll'] },
} satisfies Record<string, Rule>;
export type Action = keyof typeof RULES;
export const ACTIONS = Object.keys(RULES) as Action[];

/** The sixteen ways to set the four bits. */
export const MASKS: readonly Bits[] = Array.from({ length: 16 }, (_, mask) => ({
  create: (mask & 8) > 0,
  edit: (mask & 4) > 0,
  view: (mask & 2) > 0,
  delete: (mask & 1) > 0,
}));

/** As people write them: 1010 is create and view. */
export function maskName(bits: Bits): string {
  return BITS.map((bit) => (bits[bit] ? '1' : '0')).join('');
}

export function isAllowed(action: Action, role: RoleName, relation: Relation, bits: Bits): boolean {
  const rule: Rule = RULES[action];
  const entitled = rule.relations.includes(relation) || rule.flags.some((flag) => ROLES[role].includes(flag));
  return entitled && rule.bits.every((bit) => bits[bit]);
}
