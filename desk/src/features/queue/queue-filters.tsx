import { FilterPicker, labelsOf, toggled } from '../../ui/filter-picker.js';
import { PRIORITY_OPTIONS, STATUS_OPTIONS, TYPE_OPTIONS } from '../../ui/labels.js';
import { Icon } from '../../ui/icon.js';
import { type Option } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';
import { findPeople, findProducts } from '../../ui/search-options.js';
import { useNames } from '../../ui/use-names.js';
import { filterCount, type QueueAddress, type RangeName, RANGES, type State, unfiltered } from './address.js';
import { rangeInWords } from './instant-range.js';

export interface QueueFiltersProps {
  readonly address: QueueAddress;
  readonly onChange: (change: Partial<QueueAddress>) => void;
}

const STATE_OPTIONS: readonly Option<State>[] = [
  { id: 'active', label: 'Active' },
  { id: 'closed', label: 'Done and closed' },
  { id: 'any', label: 'Any status' },
];

const RANGE_LABELS: Readonly<Record<RangeName, string>> = {
  created: 'Created',
  closed: 'Closed',
  active: 'Last active',
};

/** What of the view shows: a picker for each filter. */
export function QueueFilters({ address, onChange }: QueueFiltersProps) {
  const { state, status, priority, product, type, assignee } = address;
  const productNames = useNames(product, 'No product');
  const assigneeNames = useNames(assignee, 'Nobody');
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
      <FilterPicker
        label="Priority"
        options={PRIORITY_OPTIONS}
        selected={priority}
        any="Any priority"
        onChange={(picked) => onChange({ priority: picked })}
      />
      <FilterPicker
        label="Product"
        options={findProducts}
        selected={product}
        names={productNames(product)}
        any="Any product"
        onChange={(picked) => onChange({ product: picked })}
      />
      <FilterPicker
        label="Type"
        options={TYPE_OPTIONS}
        selected={type}
        any="Any type"
        onChange={(picked) => onChange({ type: picked })}
      />
      <FilterPicker
        label="Assigned to"
        options={findPeople}
        selected={assignee}
        names={assigneeNames(assignee)}
        any="Any assignee"
        onChange={(picked) => onChange({ assignee: picked })}
      />
      {RANGES.map((name) => {
        const range = address[name];
        if (!range) return null;
        return (
          <button
            key={name}
            type="button"
            className="button small"
            title="Any time"
            onClick={() => onChange({ [name]: null })}
          >
            <span className="clip">
              {RANGE_LABELS[name]} {rangeInWords(range)}
            </span>
            <Icon name="close" label="Any time" />
          </button>
        );
      })}
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
