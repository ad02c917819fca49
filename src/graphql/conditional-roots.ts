import { type ApolloServerPlugin } from '@apollo/server';
import {
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { type Context } from './context.js';

const CONDITIONS = new Set(['skip', 'include']);
const NOT_HERE =
  'The root field of a subscription takes neither @skip nor @include: leave them out, and subscribe only when it is wanted.';

/** @skip and @include at the root of the document's subscriptions, in fragments too. */
function conditionsAtRoot({ definitions }: DocumentNode): DirectiveNode[] {
  const found: DirectiveNode[] = [];
  const seen = new Set<string>();
  const look = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      found.push(...(node.directives ?? []).filter(({ name }) => CONDITIONS.has(name.value)));
      if (node.kind === Kind.INLINE_FRAGMENT) look(node.selectionSet);
      if (node.kind !== Kind.FRAGMENT_SPREAD || seen.has(node.name.value)) continue;
      seen.add(node.name.value);
      for (const fragment of definitions) {
        if (fragment.kind === Kind.FRAGMENT_DEFINITION && fragment.name.value === node.name.value) {
          look(fragment.selectionSet);
        }
      }
    }
  };
  for (const each of definitions) {
    if (each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.SUBSCRIPTION) {
      look(each.selectionSet);
    }
  }
  return found;
}

/**
 * An error where the root field of a subscription stands under a condition, which the GraphQL specification forbids ("Single
 * Root Field"): nothing would be left to subscribe to. Call it before `validate`, as graphql-js's rule throws on these.
 */
export function conditionalRoots(document: DocumentNode): GraphQLError[] {
  const nodes = conditionsAtRoot(document);
  return nodes.length > 0 ? [new GraphQLError(NOT_HERE, { nodes })] : [];
}

/** In place of a refused document. Valid, so that Apollo goes on to didResolveOperation, which refuses it. */
const REFUSED = parse('{ __typename }');

/** Refuses such documents over HTTP. Apollo lets no hook refuse a document before it validates it. */
export function refuseConditionalRoots(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async validationDidStart(request) {
          if (conditionalRoots(request.document).length > 0) Object.assign(request, { document: REFUSED });
        },
        // Also for a document that is not validated again: Apollo has kept REFUSED by the text of the refused one.
        async didResolveOperation({ document }) {
          if (document !== REFUSED) return;
          const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
          throw new GraphQLError(NOT_HERE, { extensions });
        },
      };
    },
  };
}
