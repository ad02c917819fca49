import { type AuthCheckerFn, Authorized as TypeGraphqlAuthorized, Extensions } from 'type-graphql';
import { ForbiddenError } from '../common/errors.js';
import { type Context } from '../graphql/context.js';
import { signedIn } from './accounts.context.js';
import { type RoleFlag } from './roles/role.entity.js';
import { type Viewer } from './viewer.js';

/** A policy that decides whether the viewer sees a field of the object with this id. */
type FieldRule = (viewer: Viewer | null, id: string) => boolean;

/**
 * The extension that declares who may call a root field. A test walks the schema and fails for a root field without it.
 */
export interface AccessExtension {
  access: 'public' | readonly RoleFlag[];
}

/**
 * The extension that declares who sees a private field. A test walks the schema and fails for a private field without
 * it.
 */
export interface VisibilityExtension {
  visibleIf: string;
}

function both(...decorators: (MethodDecorator & PropertyDecorator)[]): MethodDecorator & PropertyDecorator {
  return (target: object, key: string | symbol) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

/**
 * Requires a viewer; with flags, one whose role has at least one of them. Rules about single tickets and comments are
 * in the domain's policy, which the service calls.
 */
export function Authorized(...flags: RoleFlag[]): MethodDecorator & PropertyDecorator {
  return both(TypeGraphqlAuthorized<RoleFlag>(flags), Extensions({ access: flags } satisfies AccessExtension));
}

/** Open to all, signed in or not. */
export function Public(): MethodDecorator & PropertyDecorator {
  return Extensions({ access: 'public' } satisfies AccessExtension);
}

/**
 * For a field that is null, without an error, unless the rule lets the viewer see it.
 * @param rule its name is part of the schema's extensions
 */
export function VisibleIf(rule: FieldRule): MethodDecorator & PropertyDecorator {
  return both(
    TypeGraphqlAuthorized<FieldRule>([rule]),
    Extensions({ visibleIf: rule.name } satisfies VisibilityExtension),
  );
}

/**
 * Decides for `@Authorized` and `@VisibleIf`. The schema's `authMode` makes a field null for which it gives false.
 * @throws UnauthenticatedError, ForbiddenError for `@Authorized`
 */
export const checkAccess: AuthCheckerFn<Context, RoleFlag | FieldRule> = ({ context, root }, required) => {
  const [rule] = required;
  if (typeof rule === 'function') return rule(context.viewer, root.id);
  const viewer = signedIn(context);
  const flags = required.filter((one) => typeof one !== 'function');
  if (flags.length > 0 && !flags.some((flag) => viewer.role[flag])) {
    throw new ForbiddenError(`This needs ${flags.join(' or ')}.`);
  }
  return true;
};
