import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** What a query asks of a field: the names below it, and what it asks of each of those. */
export type Selection = ReadonlyMap<string, Selection>;

type Fragments = GraphQLResolveInfo['fragments'];

function collect(
  set: SelectionSetNode | undefined,
  fragments: Fragments,
  into: Map<string, Map<string, Selection>>,
): void {
  for (const node of set?.selections ?? []) {
    switch (node.kind) {
      case Kind.FIELD: {
        const below = into.get(node.name.value) ?? new Map();
        into.set(node.name.value, below);
        collect(node.selectionSet, fragments, below);
        break;
      }
      case Kind.INLINE_FRAGMENT:
        collect(node.selectionSet, fragments, into);
        break;
      case Kind.FRAGMENT_SPREAD:
        collect(fragments[node.name.value]?.selectionSet, fragments, into);
        break;
    }
  }
}

/** By the field's place in its document: the server parses a document that comes again only once. */
const selections = new WeakMap<FieldNode, Selection>();

/**
 * What the query asks of the field being resolved, fragments dissolved. Directives are not looked at: a skipped field
 * counts as asked for, and is then loaded for nothing but never shown.
 */
export function selectionOf(info: GraphQLResolveInfo): Selection {
  const [first, ...others] = info.fieldNodes;
  const known = first && others.length === 0 ? selections.get(first) : undefined;
  if (known) return known;
  const selection = new Map<string, Map<string, Selection>>();
  for (const node of info.fieldNodes) collect(node.selectionSet, info.fragments, selection);
  if (first && others.length === 0) selections.set(first, selection);
  return selection;
}

const NOTHING: Selection = new Map();

/** What either of two selections asks for. */
function merge(one: Selection, other: Selection): Selection {
  const both = new Map(one);
  for (const [name, below] of other) both.set(name, merge(both.get(name) ?? NOTHING, below));
  return both;
}

const nodeSelections = new WeakMap<Selection, Selection>();

/** What a connection's query asks of its nodes, by `nodes` and by `edges { node }` together. */
export function nodeSelection(connection: Selection): Selection {
  const known = nodeSelections.get(connection);
  if (known) return known;
  const inNodes = connection.get('nodes');
  const inEdges = connection.get('edges')?.get('node');
  const both = inNodes && inEdges ? merge(inNodes, inEdges) : (inNodes ?? inEdges ?? NOTHING);
  nodeSelections.set(connection, both);
  return both;
}

function describe(selection: Selection): string {
  return [...selection].map(([name, below]) => (below.size === 0 ? name : `${name}{${describe(below)}}`)).join(',');
}

const keys = new WeakMap<Selection, string>();

/** The same text for selections that ask for the same. */
export function selectionKey(selection: Selection): string {
  const key = keys.get(selection) ?? describe(selection);
  keys.set(selection, key);
  return key;
}
