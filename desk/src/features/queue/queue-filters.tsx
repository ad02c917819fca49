import { useQuery } from '@apollo/client/react';
import { FilterNamesDocument } from '../../generated/graphql.js';
import { PRIORITY_OPTIONS, STATUS_OPTIONS, TYPE_OPTIONS } from '../../ui/labels.js';
import { Icon } from '../../ui/icon.js';
import { type Option, Picker } from '../../ui/picker.js';
import { findOnlyProducts, findPeople, NONE } from '../../ui/search-options.js';
import { filterCount, type QueueAddress, type State, unfiltered } from './address.js';

export interface QueueFiltersProps {
  readonly address: QueueAddress;
  readonly onChange: (change: Partial<QueueAddress>) => void;
}

const STATE_OPTIONS: readonly Option<State>[] = [
  { id: 'active', label: 'Active' },
  { id: 'closed', label: 'Done and closed' },
  { id: 'any', label: 'Any status' },
];

function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
}

function labelsOf<Id extends string>(options: readonly Option<Id>[], picked: readonly Id[]): string {
  return options
    .filter(({ id }) => picked.includes(id))
    .map(({ label }) => label)
    .join(', ');
}

/** Names of the products and people in the address, which has only their ids. */
function useNames({ product, assignee }: QueueAddress): (ids: readonly string[]) => string {
  const ids = [...product, ...assignee.filter((id) => id !== NONE)];
  const { data, previousData } = useQuery(FilterNamesDocument, { variables: { ids }, skip: ids.length === 0 });
  const names = new Map([[NONE, 'Nobody']]);
  for (const node of (data ?? previousData)?.nodes ?? []) {
    if (node && 'name' in node) names.set(node.id, node.name);
  }
  return (picked) => picked.map((id) => names.get(id) ?? '…').join(', ');
}

/** What of the view shows: a picker for each filter. */
export function QueueFilters({ address, onChange }: QueueFiltersProps) {
  const { state, status, priority, product, type, assignee } = address;
  const namesOf = useNames(address);
  return (
    <>
      <Picker
        label="Status"
        multiple
        options={[...STATE_OPTIONS, ...STATUS_OPTIONS]}
        selected={status.length > 0 ? status : [state]}
        onPick={(id) => {
          const picked = STATUS_OPTIONS.find((option) => option.id === id);
          if (picked) onChange({ status: toggled(status, picked.id) });
          else onChange({ status: [], state: STATE_OPTIONS.find((option) => option.id === id)?.id ?? 'active' });
        }}
      >
        <span className="clip">{labelsOf(STATUS_OPTIONS, status) || labelsOf(STATE_OPTIONS, [state])}</span>
        <Icon name="chevron" />
      </Picker>
      <Picker
        label="Priority"
        multiple
        options={PRIORITY_OPTIONS}
        selected={priority}
        onPick={(id) => onChange({ priority: toggled(priority, id) })}
      >
        <span className="clip">{labelsOf(PRIORITY_OPTIONS, priority) || 'Any priority'}</span> <Icon name="chevron" />
      </Picker>
      <Picker
        label="Product"
        multiple
        options={findOnlyProducts}
        selected={product}
        onPick={(id) => onChange({ product: toggled(product, id) })}
      >
        <span className="clip">{namesOf(product) || 'Any product'}</span> <Icon name="chevron" />
      </Picker>
      <Picker
        label="Type"
        multiple
        options={TYPE_OPTIONS}
        selected={type}
        onPick={(id) => onChange({ type: toggled(type, id) })}
      >
        <span className="clip">{labelsOf(TYPE_OPTIONS, type) || 'Any type'}</span> <Icon name="chevron" />
      </Picker>
      <Picker
        label="Assigned to"
        multiple
        options={findPeople}
        selected={assignee}
        onPick={(id) => onChange({ assignee: toggled(assignee, id) })}
      >
        <span className="clip">{namesOf(assignee) || 'Any assignee'}</span> <Icon name="chevron" />
      </Picker>
      {filterCount(address) > 0 && (
        <button
          type="button"
          className="button small quiet clear-filters"
          title="Clear filters"
          onClick={() => onChange(unfiltered(address))}
        >
          <Icon name="close" /> <span>Clear filters</span>
        </button>
      )}
    </>
  );
}
