import { useEffect } from 'react';
import { Dialog } from './dialog.js';

export interface Shortcut {
  readonly label: string;
  readonly run: () => void;
}

/** By key; only keys that no browser uses for itself, and never with Ctrl, Alt or Meta. */
export type Shortcuts = Readonly<Record<string, Shortcut>>;

/** Those of everything on the screen; what was mounted last counts first. */
const active: Shortcuts[] = [];

const TYPING = 'input:not([type=checkbox]), textarea, select, [contenteditable], [role=listbox], dialog';

function onKeyDown(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.target instanceof Element && event.target.closest(TYPING)) return;
  // Behind an open dialog nothing may happen.
  if (document.querySelector('dialog[open]')) return;
  const shortcut = active.findLast((shortcuts) => event.key in shortcuts)?.[event.key];
  if (!shortcut) return;
  event.preventDefault();
  shortcut.run();
}

/** Makes the keys work while the component is on the screen. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    if (active.length === 0) addEventListener('keydown', onKeyDown);
    active.push(shortcuts);
    return () => {
      active.splice(active.indexOf(shortcuts), 1);
      if (active.length === 0) removeEventListener('keydown', onKeyDown);
    };
  }, [shortcuts]);
}

/** Lists the keys that work on the screen behind it. */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const byKey = new Map(active.flatMap((shortcuts) => Object.entries(shortcuts)));
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        {[...byKey].map(([key, { label }]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Enter</kbd>
          </dt>
          <dd>Open the ticket that has the focus</dd>
        </div>
        <div>
          <dt>
            <kbd>Ctrl Enter</kbd>
          </dt>
          <dd>Send what you are writing</dd>
        </div>
      </dl>
    </Dialog>
  );
}
