import { Icon } from '../../ui/icon.js';
import { Picker } from '../../ui/picker.js';
import { SearchBox } from '../../ui/search-box.js';
import { useMediaQuery } from '../../ui/use-media-query.js';
import { orderOf, ORDERS, ordersOf } from './address.js';
import { FiltersPopover } from './filters-popover.js';
import { QueueFilters, type QueueFiltersProps } from './queue-filters.js';

/** Search, filters and order. */
export function QueueTools({ address, onChange }: QueueFiltersProps) {
  const isSmall = useMediaQuery('(max-width: 48rem)');
  const order = orderOf(address);
  return (
    <>
      <SearchBox label="Search in this view" value={address.search} onChange={(search) => onChange({ search })} />
      {isSmall ? (
        <FiltersPopover address={address} onChange={onChange} />
      ) : (
        <QueueFilters address={address} onChange={onChange} />
      )}
      <Picker
        label="Order"
        options={ordersOf(address).map((id) => ({ id, label: ORDERS[id].label }))}
        selected={[order]}
        onPick={(id) => onChange({ order: id })}
      >
        <Icon name="sort" /> {ORDERS[order].label}
      </Picker>
    </>
  );
}
