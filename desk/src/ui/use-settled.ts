import { useEffect, useState } from 'react';

/** How long a list waits for the next letter before it searches. */
const TYPING_PAUSE_MS = 150;

/** The value, once it has not changed for a moment. */
export function useSettled<Value>(value: Value, pauseMs = TYPING_PAUSE_MS): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}
