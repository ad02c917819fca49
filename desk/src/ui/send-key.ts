import { type KeyboardEvent } from 'react';

/** A keydown handler that sends on Ctrl+Enter or Cmd+Enter. */
export function onSendKey(send: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
}
