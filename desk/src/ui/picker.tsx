import { type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { PickerList, type PickerListProps } from './picker-list.js';
import { place } from './place.js';
import './picker.css';

interface PickerProps<Id extends string> extends PickerListProps<Id> {
  /** What the button shows. */
  readonly children: ReactNode;
  readonly className?: string;
  readonly button?: RefObject<HTMLButtonElement | null>;
  readonly disabled?: boolean;
}

/**
 * A button that opens a list with a search field: a combobox after the ARIA Authoring Practices, in a popover, which the
 * browser closes with Escape and by a click elsewhere.
 */
export function Picker<Id extends string>(props: PickerProps<Id>) {
  const { label, children, className = 'button small', disabled = false } = props;
  const ownButton = useRef<HTMLButtonElement>(null);
  const button = props.button ?? ownButton;
  const popover = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const id = useId();

  const close = () => popover.current?.hidePopover();
  useEffect(() => {
    if (!open) return undefined;
    // It stays at its button, which scrolls away under it.
    const onScroll = (event: Event) => {
      if (event.target === document && popover.current && button.current) place(popover.current, button.current);
    };
    addEventListener('scroll', onScroll, true);
    return () => removeEventListener('scroll', onScroll, true);
  }, [open, button]);

  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        disabled={disabled}
        popoverTarget={id}
        aria-haspopup="listbox"
        aria-expanded={open}
      >
        <span className="visually-hidden">{label}: </span>
        {children}
      </button>
      <div
        ref={popover}
        id={id}
        popover="auto"
        className="popover"
        onBeforeToggle={({ newState }) => {
          if (newState !== 'open' || !popover.current || !button.current) return;
          place(popover.current, button.current);
          // Before it shows, so that the browser gives the focus to the search field at once.
          flushSync(() => setOpen(true));
        }}
        onToggle={({ newState }) => setOpen(newState === 'open')}
      >
        {open && <PickerList {...props} onClose={close} />}
      </div>
    </>
  );
}
