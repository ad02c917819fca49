import { type CSSProperties, type RefObject, useRef } from 'react';
import { flushSync } from 'react-dom';
import { type QueueQuery } from '../../generated/graphql.js';
import { useShortcuts } from '../../ui/shortcuts.js';
import { useMediaQuery } from '../../ui/use-media-query.js';
import { BulkBar, MOST_SELECTED } from './bulk-bar.js';
import { COLUMNS } from './columns.js';

type QueueTicket = QueueQuery['tickets']['edges'][number]['node'];

interface QueueListProps {
  readonly tickets: readonly QueueTicket[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly onChanged: () => void;
}

export function QueueList({ tickets, selected, onSelect, onChanged }: QueueListProps) {
  const table = useRef<HTMLTableElement>(null);
  const statusButton = useRef<HTMLButtonElement>(null);
  const assigneeButton = useRef<HTMLButtonElement>(null);
  const fits = { tablet: useMediaQuery('(min-width: 48.01rem)'), wide: useMediaQuery('(min-width: 85rem)') };
  const columns = COLUMNS.filter(({ room }) => room === undefined || fits[room]);
  const style: CSSProperties & Record<'--columns', string> = {
    '--columns': columns.map(({ width }) => width).join(' '),
  };
  // Tickets that left the list meanwhile are not changed with the others.
  const ids = tickets.map(({ id }) => id).filter((id) => selected.has(id));

  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id) && next.size < MOST_SELECTED) next.add(id);
    onSelect(next);
  };
  useRowKeys(
    table,
    toggle,
    (button) => {
      const focused = focusedTicket();
      if (ids.length === 0 && focused === null) return;
      // Shows the bar, with its buttons.
      if (ids.length === 0 && focused !== null) flushSync(() => onSelect(new Set([focused])));
      button.current?.click();
    },
    { statusButton, assigneeButton },
  );

  return (
    <>
      <table ref={table} className="rows" style={style}>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Select</span>
            </th>
            {columns.map(({ id, label, narrow }) => (
              <th key={id} scope="col">
                <span className={narrow && 'visually-hidden'}>{label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tickets.map((ticket) => (
            <tr
              key={ticket.id}
              data-ticket={ticket.id}
              data-closed={ticket.status === 'DONE' || ticket.status === 'CLOSED'}
              data-selected={selected.has(ticket.id)}
            >
              <td data-column="select">
                <input
                  type="checkbox"
                  aria-label={`Select #${ticket.number}`}
                  checked={selected.has(ticket.id)}
                  onChange={() => toggle(ticket.id)}
                />
              </td>
              {columns.map(({ id, cell }) => (
                <td key={id} data-column={id}>
                  {cell(ticket)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {ids.length > 0 && (
        <BulkBar
          selected={ids}
          onClear={() => onSelect(new Set())}
          onChanged={onChanged}
          statusButton={statusButton}
          assigneeButton={assigneeButton}
        />
      )}
    </>
  );
}

function focusedTicket(): string | null {
  return document.activeElement?.closest('tr')?.dataset['ticket'] ?? null;
}

type Button = RefObject<HTMLButtonElement | null>;

/** j and k move the focus from row to row; Enter then opens the ticket, as on every link. */
function useRowKeys(
  table: RefObject<HTMLTableElement | null>,
  toggle: (id: string) => void,
  openPicker: (button: Button) => void,
  { statusButton, assigneeButton }: { statusButton: Button; assigneeButton: Button },
): void {
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
    x: {
      label: 'Select the ticket',
      run: () => {
        const id = focusedTicket();
        if (id !== null) toggle(id);
      },
    },
    e: { label: 'Change the status', run: () => openPicker(statusButton) },
    a: { label: 'Assign', run: () => openPicker(assigneeButton) },
  });
}
