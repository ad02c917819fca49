import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { avoidsComputedNames } from './computed-arguments.js';

/** Field occurrences, with fragments in each of their places: what a compiled function's length depends on. */
const MAX_FIELDS = 300;

/** graphql-jit names the index of a list within a path like this. */
const LIST_INDEX = /^idx\d+$/;

/** graphql-jit keeps names as keys of plain objects, where those of Object.prototype are found without being there. */
function isPlainName(name: string): boolean {
  return !(name in Object.prototype);
}

/**
 * Says of operations whether graphql-jit's answer is GraphQL.js's. Each rule excludes a case in which graphql-jit 0.8.9 differs or
 * may differ; see docs/decisions/0054-fast-reads.md. An operation that is not compilable is executed by GraphQL.js.
 */
export class CompilableOperations {
  readonly #typeNames: ReadonlySet<string>;

  constructor(schema: GraphQLSchema) {
    this.#typeNames = new Set(Object.keys(schema.getTypeMap()));
  }

  /** @param document valid against the schema */
  includes(document: DocumentNode, operation: OperationDefinitionNode): boolean {
    const fragments = new Map(
      document.definitions
        .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
        .map((node) => [node.name.value, node]),
    );
    const { variableDefinitions = [], directives = [] } = operation;
    if (directives.length > 0 || (operation.name && !isPlainName(operation.name.value))) return false;
    if (!avoidsComputedNames(variableDefinitions)) return false;
    const arePlain = variableDefinitions.every(
      ({ variable, directives: own = [] }) => isPlainName(variable.name.value) && own.length === 0,
    );
    return arePlain && this.#areCompilable(operation.selectionSet.selections, fragments, { left: MAX_FIELDS });
  }

  #areCompilable(
    selections: readonly SelectionNode[],
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    fields: { left: number },
  ): boolean {
    return selections.every((selection) => {
      fields.left -= 1;
      // graphql-jit keeps the conditions of a shared fragment on its nodes, so that one place decides for another.
      if (fields.left < 0 || (selection.directives ?? []).length > 0) return false;
      if (selection.kind === Kind.FIELD && !this.#isCompilableField(selection)) return false;
      if (selection.kind !== Kind.FRAGMENT_SPREAD) {
        return this.#areCompilable(selection.selectionSet?.selections ?? [], fragments, fields);
      }
      const fragment = fragments.get(selection.name.value);
      if (!fragment || (fragment.directives ?? []).length > 0 || !isPlainName(fragment.name.value)) return false;
      return this.#areCompilable(fragment.selectionSet.selections, fragments, fields);
    });
  }

  #isCompilableField({ name, alias }: FieldNode): boolean {
    if (name.value === '__typename') return alias === undefined;
    // Introspection.
    if (name.value.startsWith('__')) return false;
    return this.#isUnambiguous(alias?.value ?? name.value);
  }

  /**
   * graphql-jit finds what it knows of a field by the keys on its path, joined by "_", with type names and list indices among
   * them. A key that contains "_", or looks like one of those, can make two paths equal.
   */
  #isUnambiguous(responseKey: string): boolean {
    return (
      !responseKey.includes('_') &&
      !LIST_INDEX.test(responseKey) &&
      !this.#typeNames.has(responseKey) &&
      isPlainName(responseKey)
    );
  }
}
