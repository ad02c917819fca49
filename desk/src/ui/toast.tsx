import { useEffect, useSyncExternalStore } from 'react';
import { Icon } from './icon.js';

interface Message {
  readonly id: number;
  readonly text: string;
  readonly isError: boolean;
}

const SHOWN_MS = 6_000;

let message: Message | null = null;
let lastId = 0;
const listeners = new Set<() => void>();

function show(next: Message | null): void {
  message = next;
  for (const listener of listeners) listener();
}

/** Tells that something was done. */
export function tell(text: string): void {
  show({ id: (lastId += 1), text, isError: false });
}

/** Tells that something was not done; it stays until it is closed. */
export function tellError(text: string): void {
  show({ id: (lastId += 1), text, isError: true });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The place where messages show, at the bottom of the window. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => message);
  useEffect(() => {
    if (!shown || shown.isError) return undefined;
    const timer = setTimeout(() => show(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div className="toasts">
      <div role="status">{shown && !shown.isError && <Toast key={shown.id} {...shown} />}</div>
      <div role="alert">{shown?.isError && <Toast key={shown.id} {...shown} />}</div>
    </div>
  );
}

function Toast({ text, isError }: Message) {
  return (
    <div className="toast" data-error={isError}>
      <span>{text}</span>
      <button type="button" className="button quiet icon-only" onClick={() => show(null)}>
        <Icon name="close" label="Close the message" />
      </button>
    </div>
  );
}
