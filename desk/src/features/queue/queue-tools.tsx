import { PRIORITY_OPTIONS, STATUS_OPTIONS } from '../../ui/labels.js';
import { Icon } from '../../ui/icon.js';
import { type Option, Picker } from '../../ui/picker.js';
import { ORDER_IDS, ORDERS, type OrderId, type QueueAddress, type State } from './address.js';

interface QueueToolsProps {
  readonly address: QueueAddress;
  readonly onChange: (change: Partial<QueueAddress>) => void;
}

const STATE_OPTIONS: readonly Option<State>[] = [
  { id: 'active', label: 'Active' },
  { id: 'closed', label: 'Done and closed' },
  { id: 'any', label: 'Any status' },
];

const ORDER_OPTIONS: readonly Option<OrderId>[] = ORDER_IDS.map((id) => ({ id, label: ORDERS[id].label }));

function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
}

/** Search, filters and order. */
export function QueueTools({ address, onChange }: QueueToolsProps) {
  const { state, status, priority, order } = address;
  const statusText =
    status.length > 0
      ? STATUS_OPTIONS.filter(({ id }) => status.includes(id))
          .map(({ label }) => label)
          .join(', ')
      : STATE_OPTIONS.find(({ id }) => id === state)?.label;
  const priorityText = PRIORITY_OPTIONS.filter(({ id }) => priority.includes(id))
    .map(({ label }) => label)
    .join(', ');
  return (
    <search className="queue-tools">
      <div className="search-box">
        <Icon name="search" />
        <input
          className="input"
          type="search"
          aria-label="Search in this view"
          placeholder="Search"
          maxLength={200}
          value={address.search}
          onChange={(event) => onChange({ search: event.target.value })}
        />
      </div>
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
        {statusText} <Icon name="chevron" />
      </Picker>
      <Picker
        label="Priority"
        multiple
        options={PRIORITY_OPTIONS}
        selected={priority}
        onPick={(id) => onChange({ priority: toggled(priority, id) })}
      >
        {priorityText || 'Any priority'} <Icon name="chevron" />
      </Picker>
      <Picker label="Order" options={ORDER_OPTIONS} selected={[order]} onPick={(id) => onChange({ order: id })}>
        <Icon name="sort" /> {ORDERS[order].label}
      </Picker>
    </search>
  );
}
