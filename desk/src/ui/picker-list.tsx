import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { Icon } from './icon.js';
import { type Option, type Options } from './option.js';
import { useOptions } from './use-options.js';

export interface PickerListProps<Id extends string> {
  /** What is picked: "Status". */
  readonly label: string;
  readonly options: Options<Id>;
  readonly selected: readonly Id[];
  readonly onPick: (id: Id, option: Option<Id>) => void;
  /** Stays open, and each pick switches one on or off. */
  readonly multiple?: boolean;
}

/** The search field of a picker, and the options that it finds. */
export function PickerList<Id extends string>({
  label,
  options,
  selected,
  onPick,
  multiple = false,
  onClose,
}: PickerListProps<Id> & { onClose: () => void }) {
  const [search, setSearch] = useState('');
  const { found, loading } = useOptions(options, search);
  const [current, setCurrent] = useState(() =>
    Array.isArray(options)
      ? Math.max(
          0,
          options.findIndex(({ id }) => selected.includes(id)),
        )
      : 0,
  );
  const id = useId();
  const at = Math.min(current, found.length - 1);
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, at]);

  const pick = (option: Option<Id> | undefined) => {
    if (!option) return;
    onPick(option.id, option);
    if (!multiple) onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined && found.length > 0) setCurrent((at + move + found.length) % found.length);
    else if (event.key === 'Enter') pick(found[at]);
    else if (event.key === 'Tab') onClose();
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  };

  return (
    <>
      <input
        // React's autoFocus gives the focus before the popover shows, when nothing in it can have it.
        ref={(input) => input?.setAttribute('autofocus', '')}
        className="popover-search"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={`${label}…`}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setCurrent(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id={`${id}-list`} aria-label={label} aria-multiselectable={multiple} className="options">
        {found.map((option, index) => (
          // The keys are the input's, which keeps the focus.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={option.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            className="option"
            aria-selected={selected.includes(option.id)}
            data-current={index === at}
            onPointerMove={() => setCurrent(index)}
            onClick={() => pick(option)}
          >
            {option.icon}
            <span className="option-label">
              {option.label}
              {option.hint !== undefined && <small>{option.hint}</small>}
            </span>
            {selected.includes(option.id) && <Icon name="check" />}
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p className="options-none" role="status">
          {loading ? 'Searching…' : 'Nothing found'}
        </p>
      )}
    </>
  );
}
