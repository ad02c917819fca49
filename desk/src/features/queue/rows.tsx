import { type CSSProperties, type ReactNode, type RefObject } from 'react';
import { type QueueQuery } from '../../generated/graphql.js';
import { useMediaQuery } from '../../ui/use-media-query.js';
import { COLUMNS } from './columns.js';

export type QueueTicket = QueueQuery['tickets']['edges'][number]['node'];

interface Cell {
  readonly label: string;
  readonly renderCell: (ticket: QueueTicket) => ReactNode;
}

interface RowsProps {
  readonly table: RefObject<HTMLTableElement | null>;
  readonly tickets: readonly QueueTicket[];
  readonly selected?: ReadonlySet<string>;
  /** Before the columns: where rows are selected. */
  readonly selection?: Cell;
  /** After the columns: what can be done with a row. */
  readonly action?: Cell;
}

/** The table of the queue: a row for each ticket, which leads to it. */
export function Rows({ table, tickets, selected, selection, action }: RowsProps) {
  const fits = { tablet: useMediaQuery('(min-width: 48.01rem)'), wide: useMediaQuery('(min-width: 85rem)') };
  const columns = COLUMNS.filter(({ room }) => room === undefined || fits[room]);
  const widths = [...columns.map(({ width }) => width), ...(action ? ['max-content'] : [])];
  const style: CSSProperties & Record<'--columns', string> = { '--columns': widths.join(' ') };
  return (
    <table ref={table} className="rows" style={style}>
      <thead>
        <tr>
          {/* Without a selection its column stays, with nothing in it. */}
          {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label */}
          {selection ? <Heading label={selection.label} narrow /> : <td data-column="select" />}
          {columns.map(({ id, label, narrow }) => (
            <Heading key={id} label={label} narrow={narrow} />
          ))}
          {action && <Heading label={action.label} />}
        </tr>
      </thead>
      <tbody>
        {tickets.map((ticket) => (
          <tr
            key={ticket.id}
            data-ticket={ticket.id}
            data-closed={ticket.status === 'DONE' || ticket.status === 'CLOSED'}
            data-selected={selected?.has(ticket.id) ?? false}
          >
            <td data-column="select">{selection?.renderCell(ticket)}</td>
            {columns.map(({ id, cell }) => (
              <td key={id} data-column={id}>
                {cell(ticket)}
              </td>
            ))}
            {action && <td data-column="action">{action.renderCell(ticket)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Heading({ label, narrow }: { label: string; narrow?: true | undefined }) {
  return (
    <th scope="col">
      <span className={narrow && 'visually-hidden'}>{label}</span>
    </th>
  );
}
