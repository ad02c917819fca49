import { type CSSProperties, type RefObject, useRef } from 'react';
import { type QueueQuery } from '../../generated/graphql.js';
import { useShortcuts } from '../../ui/shortcuts.js';
import { useMediaQuery } from '../../ui/use-media-query.js';
import { COLUMNS } from './columns.js';

type QueueTicket = QueueQuery['tickets']['edges'][number]['node'];

export function QueueList({ tickets }: { tickets: readonly QueueTicket[] }) {
  const table = useRef<HTMLTableElement>(null);
  useRowKeys(table);
  const isWide = useMediaQuery('(min-width: 75rem)');
  const columns = COLUMNS.filter(({ wideOnly }) => isWide || wideOnly !== true);
  const style: CSSProperties & Record<'--columns', string> = {
    '--columns': columns.map(({ width }) => width).join(' '),
  };
  return (
    <table ref={table} className="rows" style={style}>
      <thead>
        <tr>
          {columns.map(({ id, label }) => (
            <th key={id} scope="col" data-column={id}>
              <span>{label}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {tickets.map((ticket) => (
          <tr key={ticket.id} data-closed={ticket.status === 'DONE' || ticket.status === 'CLOSED'}>
            {columns.map(({ id, cell }) => (
              <td key={id} data-column={id}>
                {cell(ticket)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** j and k move the focus from row to row; Enter then opens the ticket, as on every link. */
function useRowKeys(table: RefObject<HTMLTableElement | null>): void {
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
  });
}
