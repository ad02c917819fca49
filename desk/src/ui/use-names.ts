import { useQuery } from '@apollo/client/react';
import { NodeNamesDocument } from '../generated/graphql.js';
import { NONE } from './search-options.js';

/** The names of people and products of which an address has the ids only. */
export function useNames(ids: readonly string[], none: string): (picked: readonly string[]) => string {
  const asked = ids.filter((id) => id !== NONE);
  const { data, previousData } = useQuery(NodeNamesDocument, { variables: { ids: asked }, skip: asked.length === 0 });
  const names = new Map([[NONE, none]]);
  for (const node of (data ?? previousData)?.nodes ?? []) {
    if (node && 'name' in node) names.set(node.id, node.name);
  }
  return (picked) => picked.map((id) => names.get(id) ?? (data ? 'Deleted' : '…')).join(', ');
}
