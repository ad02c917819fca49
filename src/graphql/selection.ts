import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** The selection set of a field: the names of its subfields, and the selection of each. */
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
 * The selection of the field being resolved, with fragments expanded. Directives are ignored: a skipped field counts as
 * selected, and is loaded but not shown.
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

/** The union of two selections. */
function merge(one: Selection, other: Selection): Selection {
  const both = new Map(one);
  for (const [name, below] of other) both.set(name, merge(both.get(name) ?? NOTHING, below));
  return both;
}

const nodeSelections = new WeakMap<Selection, Selection>();

/** The selection of a connection's nodes: the union of `nodes` and `edges { node }`. */
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

/** A key: equal for equal selections. */
export function selectionKey(selection: Selection): string {
  const key = keys.get(selection) ?? describe(selection);
  keys.set(selection, key);
  return key;
}
