const joinable = new Map<unknown, Set<string>>();

/**
 * Opt-in for a to-one relation of an entity: everybody who may see a row may see the related row too, whatever their
 * rights. Only these relations are joined in the statement of a list. All others are read by their DataLoader, whose
 * WHERE clause checks the viewer's rights.
 */
export function Joinable(): PropertyDecorator {
  return (target, relation) => {
    const names = joinable.get(target.constructor) ?? new Set<string>();
    joinable.set(target.constructor, names.add(String(relation)));
  };
}

/** Whether the entity's class opted in for the relation, see `Joinable`. */
export function isJoinable(entity: unknown, relation: string): boolean {
  return joinable.get(entity)?.has(relation) ?? false;
}
