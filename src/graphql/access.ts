import { type AuthCheckerFn, Authorized as TypeGraphqlAuthorized, Extensions } from 'type-graphql';
import { type RoleFlag } from '../accounts/roles/role.entity.js';
import { type Context } from './context.js';
import { forbidden, unauthenticated } from './errors.js';

/** How a root field says who may call it. A test walks the schema and fails for a root field that does not. */
export interface AccessExtension {
  access: 'public' | readonly RoleFlag[];
}

/**
 * For those signed in; with flags, for those whose role has at least one of them. Rules about one ticket or comment
 * stand in its domain's policy, and are asked by the service.
 */
export function Authorized(...flags: RoleFlag[]): MethodDecorator & PropertyDecorator {
  const authorize = TypeGraphqlAuthorized<RoleFlag>(flags);
  const declare = Extensions({ access: flags } satisfies AccessExtension);
  return (target: object, key: string | symbol) => {
    authorize(target, key);
    declare(target, key);
  };
}

/** Open to all, signed in or not (requirements C3). */
export function Public(): MethodDecorator & PropertyDecorator {
  return Extensions({ access: 'public' } satisfies AccessExtension);
}

export const checkAccess: AuthCheckerFn<Context, RoleFlag> = ({ context }, flags) => {
  const { viewer, refusal } = context;
  if (viewer === null) throw unauthenticated(refusal);
  if (flags.length > 0 && !flags.some((flag) => viewer.role[flag]))
    throw forbidden(`This needs ${flags.join(' or ')}.`);
  return true;
};
