import { type RefObject, useRef } from 'react';
import { flushSync } from 'react-dom';
import { BulkBar, MOST_SELECTED } from './bulk-bar.js';
import { focusedTicket, useRowKeys } from './row-keys.js';
import { type QueueTicket, Rows } from './rows.js';

interface QueueListProps {
  readonly tickets: readonly QueueTicket[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly onChanged: () => void;
}

/** Whether the viewer may change anything of a ticket, so that selecting it makes sense. */
function canChange({ viewerCanEdit, viewerCanAssign, viewerCanChangeStatus }: QueueTicket): boolean {
  return viewerCanEdit || viewerCanAssign || viewerCanChangeStatus;
}

/** Tickets that can be selected, and changed together. */
export function QueueList({ tickets, selected, onSelect, onChanged }: QueueListProps) {
  const table = useRef<HTMLTableElement>(null);
  const statusButton = useRef<HTMLButtonElement>(null);
  const assigneeButton = useRef<HTMLButtonElement>(null);
  // Tickets that left the list meanwhile are not changed with the others.
  const chosen = tickets.filter(({ id }) => selected.has(id));

  const toggle = (id: string) => {
    if (!tickets.some((ticket) => ticket.id === id && canChange(ticket))) return;
    const next = new Set(selected);
    if (!next.delete(id) && next.size < MOST_SELECTED) next.add(id);
    onSelect(next);
  };
  const openPicker = (button: RefObject<HTMLButtonElement | null>) => {
    const focused = focusedTicket();
    if (chosen.length === 0 && focused === null) return;
    // Shows the bar, with its buttons.
    if (chosen.length === 0 && focused !== null) flushSync(() => toggle(focused));
    button.current?.click();
  };
  useRowKeys(table, {
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

  return (
    <>
      <Rows
        table={table}
        tickets={tickets}
        selected={selected}
        selection={{
          label: 'Select',
          renderCell: (ticket) =>
            canChange(ticket) && (
              <input
                type="checkbox"
                aria-label={`Select #${ticket.number}`}
                checked={selected.has(ticket.id)}
                onChange={() => toggle(ticket.id)}
              />
            ),
        }}
      />
      {chosen.length > 0 && (
        <BulkBar
          selected={chosen}
          onClear={() => onSelect(new Set())}
          onChanged={onChanged}
          statusButton={statusButton}
          assigneeButton={assigneeButton}
        />
      )}
    </>
  );
}
