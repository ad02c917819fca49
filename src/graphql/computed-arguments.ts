import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  type ValueNode,
  valueFromAST,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Of the variables that stand for computed arguments. */
export const COMPUTED_PREFIX = 'docketArgument';

type Variables = Readonly<Record<string, unknown>>;

/**
 * A document in which each argument is a whole variable. Literals, and the lists and input objects that hold variables, are
 * computed by GraphQL.js before the document is executed, as graphql-jit puts literals into generated code: it takes some
 * strings for code, and a missing variable inside of a literal for null.
 */
export class ComputedArguments {
  readonly document: DocumentNode;
  readonly #computed: { readonly name: string; readonly value: ValueNode; readonly type: GraphQLInputType }[] = [];

  /** @param document valid against the schema, without variables that begin with `COMPUTED_PREFIX` */
  constructor(schema: GraphQLSchema, document: DocumentNode) {
    const typeInfo = new TypeInfo(schema);
    this.document = visit(
      document,
      visitWithTypeInfo(typeInfo, {
        Argument: (node) => {
          const type = typeInfo.getInputType();
          if (node.value.kind === Kind.VARIABLE || !type) return undefined;
          const name = `${COMPUTED_PREFIX}${this.#computed.length}`;
          this.#computed.push({ name, value: node.value, type });
          return { ...node, value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } };
        },
      }),
    );
  }

  /** The names of the variables that the document has more than the one that was given. */
  get names(): readonly string[] {
    return this.#computed.map(({ name }) => name);
  }

  /**
   * The values of all variables of the document.
   * @param variables as GraphQL.js coerced them
   * @returns null when an argument has no value, such as a list of non-null items with a variable that is missing
   */
  values(variables: Variables): Variables | null {
    const values: Record<string, unknown> = { ...variables };
    for (const { name, value, type } of this.#computed) {
      const computed: unknown = valueFromAST(value, type, variables);
      if (computed === undefined) return null;
      values[name] = computed;
    }
    return values;
  }
}

/** Whether the name of none of the variables begins as those of computed arguments do. */
export function avoidsComputedNames(definitions: readonly VariableDefinitionNode[]): boolean {
  return definitions.every(({ variable }) => !variable.name.value.startsWith(COMPUTED_PREFIX));
}
