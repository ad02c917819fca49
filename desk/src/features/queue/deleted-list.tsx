import { useRef } from 'react';
import { RestoreTicket } from '../../ui/restore-ticket.js';
import { Time } from '../../ui/time.js';
import { useRowKeys } from './row-keys.js';
import { type QueueTicket, Rows } from './rows.js';

/** Deleted tickets: each can be looked at and brought back, and nothing else. */
export function DeletedList({ tickets }: { tickets: readonly QueueTicket[] }) {
  const table = useRef<HTMLTableElement>(null);
  useRowKeys(table);
  return (
    <Rows
      table={table}
      tickets={tickets}
      action={{
        label: 'Deleted',
        renderCell: ({ id, number, deletedAt, viewerCanRestore }) => (
          <span className="deleted-action">
            {deletedAt != null && (
              <span>
                Deleted <Time at={deletedAt} />
              </span>
            )}
            {/* The row stays for now: the second click of a double click must not restore the next one. */}
            {deletedAt === null && 'Restored'}
            {viewerCanRestore === true && <RestoreTicket id={id} number={number} />}
          </span>
        ),
      }}
    />
  );
}
