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

function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
}

function labelsOf<Id extends string>(options: readonly Option<Id>[], picked: readonly Id[]): string {
  return options
    .filter(({ id }) => picked.includes(id))
    .map(({ label }) => label)
    .join(', ');
}

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
        options={findProducts}
        selected={product}
        onPick={(id) => onChange({ product: toggled(product, id) })}
      >
        <span className="clip">{productNames(product) || 'Any product'}</span> <Icon name="chevron" />
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
        <span className="clip">{assigneeNames(assignee) || 'Any assignee'}</span> <Icon name="chevron" />
      </Picker>
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
