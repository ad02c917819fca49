import { FilterPicker } from '../../ui/filter-picker.js';
import { Icon } from '../../ui/icon.js';
import { type Option } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';
import { findOnlyProducts } from '../../ui/search-options.js';
import { useNow } from '../../ui/time.js';
import { useNames } from '../../ui/use-names.js';
import { type InsightsAddress } from './address.js';
import { endsOf, PRESETS, type PresetDays } from './period.js';

const OTHER_DAYS = 'other';
const PERIOD_OPTIONS: readonly Option[] = [
  ...PRESETS.map((days) => ({ id: String(days), label: presetLabel(days) })),
  { id: OTHER_DAYS, label: 'Other days' },
];

function presetLabel(days: PresetDays): string {
  return `Last ${days} days`;
}

interface InsightsToolsProps {
  readonly address: InsightsAddress;
  readonly onChange: (change: Partial<InsightsAddress>) => void;
}

/** Pickers for the time and the products that insights show. */
export function InsightsTools({ address: { period, product }, onChange }: InsightsToolsProps) {
  const namesOf = useNames(product, '');
  const preset = 'days' in period ? period : null;
  const ends = endsOf(period, useNow());
  return (
    <>
      <Picker
        label="Time"
        options={PERIOD_OPTIONS}
        selected={[preset ? String(preset.days) : OTHER_DAYS]}
        onPick={(id) => {
          const days = PRESETS.find((each) => String(each) === id);
          onChange({ period: days === undefined ? ends : { days } });
        }}
      >
        {preset ? presetLabel(preset.days) : 'Other days'} <Icon name="chevron" />
      </Picker>
      {!preset &&
        (['from', 'to'] as const).map((end) => (
          <input
            key={end}
            type="date"
            className="input"
            aria-label={end === 'from' ? 'First day' : 'Last day'}
            value={ends[end]}
            onChange={({ target }) => onChange({ period: { ...ends, [end]: target.value } })}
          />
        ))}
      <FilterPicker
        label="Product"
        options={findOnlyProducts}
        selected={product}
        names={namesOf(product)}
        any="All products"
        onChange={(picked) => onChange({ product: picked })}
      />
      {product.length > 0 && (
        <button type="button" className="button small quiet" onClick={() => onChange({ product: [] })}>
          <Icon name="close" /> All products
        </button>
      )}
    </>
  );
}
