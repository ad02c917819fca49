import { useState } from 'react';
import { Count, type Filters } from './count.js';
import { DayChart, longDay } from './day-chart.js';
import { type Day, sumOf } from './days.js';
import { type InstantRange } from '../queue/instant-range.js';

interface DayPanelProps {
  readonly days: readonly Day[];
  readonly range: InstantRange;
  /** The tickets that were created or closed then. */
  readonly filtersOf: (what: 'created' | 'closed', range: InstantRange) => Filters;
}

/** What was created and closed by day: a chart, and its numbers as a table. */
export function DayPanel({ days, range, filtersOf }: DayPanelProps) {
  const [open, setOpen] = useState(false);
  const totals = (['created', 'closed'] as const).map((what) => (
    <p key={what} className="legend" data-series={what}>
      <span>{what === 'created' ? 'Created' : 'Closed'}</span>{' '}
      <Count value={sumOf(days, what)} of={`tickets ${what} in this time`} filters={filtersOf(what, range)} />
    </p>
  ));
  return (
    <section aria-labelledby="by-day" className="panel wide">
      <div className="panel-head">
        <h2 id="by-day">Created and closed by day</h2>
        {totals}
      </div>
      <DayChart days={days} filtersOf={(what, day) => filtersOf(what, day.range)} />
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>Show as table</summary>
        {open && (
          // Scrolled by keys as well.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <div className="day-table" role="region" aria-label="By day, as a table" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Day</th>
                  <th scope="col">Created</th>
                  <th scope="col">Closed</th>
                </tr>
              </thead>
              <tbody>
                {days.map((day) => (
                  <tr key={day.at}>
                    <th scope="row">{longDay.format(new Date(day.at))}</th>
                    {(['created', 'closed'] as const).map((what) => (
                      <td key={what}>
                        <Count
                          value={day[what]}
                          of={`tickets ${what} on ${longDay.format(new Date(day.at))}`}
                          filters={filtersOf(what, day.range)}
                        />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </details>
    </section>
  );
}
