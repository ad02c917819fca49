import { type KeyboardEvent } from 'react';

/** For what people write in: Ctrl+Enter, or Cmd+Enter, sends it. */
export function onSendKey(send: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
}
