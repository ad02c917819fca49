import { useId, useRef, useState } from 'react';
import { Icon } from '../../ui/icon.js';
import { place } from '../../ui/place.js';
import { filterCount } from './address.js';
import { QueueFilters, type QueueFiltersProps } from './queue-filters.js';

/** The filters of a small screen, behind one button. */
export function FiltersPopover(props: QueueFiltersProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const id = useId();
  const count = filterCount(props.address);
  return (
    <>
      <button ref={button} type="button" className="button small" popoverTarget={id} aria-expanded={open}>
        Filters{count > 0 && <span>({count})</span>} <Icon name="chevron" />
      </button>
      <div
        id={id}
        popover="auto"
        role="group"
        aria-label="Filters"
        className="popover filters-popover"
        onBeforeToggle={({ target, currentTarget, newState }) => {
          // Not for the lists of the pickers inside, whose events React hands up.
          if (target === currentTarget && newState === 'open' && button.current) place(currentTarget, button.current);
        }}
        onToggle={({ target, currentTarget, newState }) => {
          if (target === currentTarget) setOpen(newState === 'open');
        }}
      >
        <QueueFilters {...props} />
      </div>
    </>
  );
}
