import { type RefObject } from 'react';
import { type Shortcuts, useShortcuts } from '../../ui/shortcuts.js';

/** The id of the ticket in whose row the focus is. */
export function focusedTicket(): string | null {
  return document.activeElement?.closest('tr')?.dataset['ticket'] ?? null;
}

/** j and k move the focus from row to row; Enter then opens the ticket, as on every link. Other keys are the list's. */
export function useRowKeys(table: RefObject<HTMLTableElement | null>, others: Shortcuts = {}): void {
  const move = (step: 1 | -1) => {
    const links = [...(table.current?.querySelectorAll<HTMLAnchorElement>('.row-link') ?? [])];
    const row = document.activeElement?.closest('tr');
    const at = links.findIndex((link) => link.closest('tr') === row);
    const next = at === -1 ? 0 : Math.max(0, Math.min(links.length - 1, at + step));
    links[next]?.focus();
  };
  useShortcuts({
    j: { label: 'Next ticket', run: () => move(1) },
    k: { label: 'Ticket before', run: () => move(-1) },
    ...others,
  });
}
