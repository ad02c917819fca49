import { Icon } from './icon.js';
import { type Options } from './option.js';
import { Picker } from './picker.js';

interface FilterPickerProps<Id extends string> {
  /** What is filtered by: "Status". */
  readonly label: string;
  readonly options: Options<Id>;
  readonly selected: readonly Id[];
  /** The names of what is selected, where the options are searched for. */
  readonly names?: string;
  /** What shows where nothing is selected: "Any status". */
  readonly any: string;
  readonly onChange: (selected: readonly Id[]) => void;
}

/** Picks any number of options, by which a list is filtered. */
export function FilterPicker<Id extends string>(props: FilterPickerProps<Id>) {
  const { label, options, selected, names, any, onChange } = props;
  return (
    <Picker
      label={label}
      multiple
      options={options}
      selected={selected}
      onPick={(id) => onChange(toggled(selected, id))}
    >
      <span className="clip">{selected.length === 0 ? any : names || labelsOf(options, selected) || '…'}</span>{' '}
      <Icon name="chevron" />
    </Picker>
  );
}

export function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
}

/** The labels of the options that are picked, in their order: "Open, On hold". */
export function labelsOf<Id extends string>(options: Options<Id>, picked: readonly Id[]): string {
  if (typeof options === 'function') return '';
  return options
    .filter(({ id }) => picked.includes(id))
    .map(({ label }) => label)
    .join(', ');
}
