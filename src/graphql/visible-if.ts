import { Extensions, type MiddlewareFn, type ResolverData, UseMiddleware } from 'type-graphql';
import { type Viewer } from '../accounts/viewer.js';
import { type Context } from './context.js';

/** How a private field says for whom it is. A test walks the schema and fails for a private field without a rule. */
export interface VisibilityExtension {
  visibleIf: string;
}

/**
 * For a field that is null, without an error, unless the rule lets the viewer see it (contract: "Null unless …").
 * @param rule a policy over the viewer and the object's id; its name stands in the schema's extensions
 */
export function VisibleIf(rule: (viewer: Viewer | null, id: string) => boolean): MethodDecorator & PropertyDecorator {
  const onlyIfVisible: MiddlewareFn<Context> = async (
    { root, context }: ResolverData<Context> & { root: { id: string } },
    next,
  ) => (rule(context.viewer, root.id) ? next() : null);
  const guard = UseMiddleware(onlyIfVisible);
  const declare = Extensions({ visibleIf: rule.name } satisfies VisibilityExtension);
  return (target: object, key: string | symbol) => {
    guard(target, key);
    declare(target, key);
  };
}
