import { type ReactNode, useId, useState } from 'react';
import { Count, type Filters } from './count.js';

/** A longer list shows so many rows until "Show all" is clicked. */
const SHOWN_ROWS = 8;

interface Bar {
  readonly id: string;
  readonly label: ReactNode;
  /** What is counted, for screen readers. */
  readonly of: string;
  readonly value: number;
  readonly filters: Filters;
  /** Further figures, one for each further column. */
  readonly others?: readonly Omit<Bar, 'id' | 'label'>[];
}

interface BarsProps {
  readonly title: string;
  /** What the rows are: "Person". */
  readonly rowTitle: string;
  /** What each column counts; the bars are those of the first. */
  readonly columns: readonly string[];
  readonly bars: readonly Bar[];
  readonly none: string;
}

/** A bar chart that is a table: each bar has its number at its end. */
export function Bars({ title, rowTitle, columns, bars, none }: BarsProps) {
  const id = useId();
  const [all, setAll] = useState(false);
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <section aria-labelledby={id} className={columns.length > 1 ? 'panel wide' : 'panel'}>
      <h2 id={id}>{title}</h2>
      {bars.length === 0 ? (
        <p className="soft">{none}</p>
      ) : (
        <table className="bars" data-single={columns.length === 1}>
          <thead>
            <tr>
              <th scope="col">{rowTitle}</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(all ? bars : bars.slice(0, SHOWN_ROWS)).map((bar) => (
              <tr key={bar.id}>
                <th scope="row">{bar.label}</th>
                <td className="bar-cell" data-label={columns[0]}>
                  <span className="bar" style={{ inlineSize: `calc((100% - 3.5rem) * ${bar.value / most})` }} />
                  <Count {...bar} />
                </td>
                {bar.others?.map((other, index) => (
                  <td key={other.of} data-label={columns[index + 1]}>
                    <Count {...other} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {bars.length > SHOWN_ROWS && (
        <button type="button" className="button small" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show the first ${SHOWN_ROWS}` : `Show all ${bars.length}`}
        </button>
      )}
    </section>
  );
}
