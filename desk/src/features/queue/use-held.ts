import { type FocusEvent, type PointerEvent, useEffect, useState } from 'react';

/** A pointer that rests longer is not about to click. */
const REST_MS = 3_000;

/** Whether somebody is about to act in an element: the mouse moves over it, or the focus is in it. */
export function useHeld() {
  const [movedAt, setMovedAt] = useState<number | null>(null);
  const [focused, setFocused] = useState(false);
  useEffect(() => {
    if (movedAt === null) return undefined;
    const timer = setTimeout(() => setMovedAt(null), REST_MS);
    return () => clearTimeout(timer);
  }, [movedAt]);
  return {
    isHeld: movedAt !== null || focused,
    pointer: {
      onPointerMove: (event: PointerEvent) => {
        // Once a second is enough; a finger only touches what it means.
        if (event.pointerType === 'mouse') setMovedAt(Math.floor(event.timeStamp / 1000));
      },
      onPointerLeave: () => setMovedAt(null),
    },
    focus: {
      onFocus: () => setFocused(true),
      onBlur: (event: FocusEvent) => setFocused(event.currentTarget.contains(event.relatedTarget)),
    },
  };
}
