import { scaleBand, scaleLinear } from 'd3-scale';
import { useState } from 'react';
import { Link } from 'wouter';
import { queueLink } from '../queue/address.js';
import { type Filters, useSeesAll } from './count.js';
import { type Day } from './days.js';
import { useWidth } from './use-width.js';

const HEIGHT = 270;
const EDGES = { top: 18, right: 4, bottom: 40, left: 34 };
/** Where bars are narrower, only the highest one has its number. */
const WIDTH_OF_NUMBER = 17;
/** The room for a date below the bars: where days are narrower, some have no date. */
const WIDTH_OF_DATE = 64;
/** Narrower bars stand close, without outlines, which would fill them. */
const NARROWEST_OUTLINED = 4;
const TICKS = 5;

const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
export const longDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

interface DayChartProps {
  readonly days: readonly Day[];
  readonly filtersOf: (what: 'created' | 'closed', day: Day) => Filters;
}

/** Created tickets rise from the line, closed ones hang below it: told apart by place and shape, not by colour. */
export function DayChart({ days, filtersOf }: DayChartProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<Day | null>(null);
  const seesAll = useSeesAll();
  const most = {
    created: Math.max(0, ...days.map(({ created }) => created)),
    closed: Math.max(0, ...days.map(({ closed }) => closed)),
  };
  const x = scaleBand()
    .domain(days.map(({ at }) => at))
    .range([EDGES.left, Math.max(EDGES.left, width - EDGES.right)])
    .paddingOuter(0.15);
  const isThin = x.step() < NARROWEST_OUTLINED;
  x.paddingInner(isThin ? 0 : 0.25);
  const y = scaleLinear()
    .domain([-Math.max(1, most.closed), Math.max(1, most.created)])
    .range([HEIGHT - EDGES.bottom, EDGES.top])
    .nice(TICKS);
  const hasNumbers = x.bandwidth() >= WIDTH_OF_NUMBER;
  const datesEvery = Math.max(1, Math.ceil(days.length / Math.max(1, Math.floor(width / WIDTH_OF_DATE))));
  const [bottom = HEIGHT, top = 0] = y.range();

  const bar = (day: Day, what: 'created' | 'closed') => {
    const value = day[what];
    const [upper, lower] = what === 'created' ? [y(value), y(0)] : [y(0), y(-value)];
    const isHighest = value === most[what] && days.find((each) => each[what] === value) === day;
    const left = x(day.at) ?? 0;
    const shape = (
      <>
        {/* The whole height, so that low bars are easy to hit. */}
        <rect
          className="hit"
          x={left}
          width={x.bandwidth()}
          y={what === 'created' ? top : y(0)}
          height={what === 'created' ? y(0) - top : bottom - y(0)}
        />
        <rect className={what} x={left} width={x.bandwidth()} y={upper} height={lower - upper} />
        {value > 0 && (hasNumbers || isHighest) && (
          <text x={left + x.bandwidth() / 2} y={what === 'created' ? upper - 4 : lower + 12} textAnchor="middle">
            {value}
          </text>
        )}
      </>
    );
    // The table has the same links for the keyboard.
    return seesAll && value > 0 ? (
      <Link href={queueLink(filtersOf(what, day))} tabIndex={-1}>
        {shape}
      </Link>
    ) : (
      shape
    );
  };

  return (
    <div ref={place} className="day-chart" aria-hidden="true">
      <p className="pointed">
        {pointed
          ? `${longDay.format(new Date(pointed.at))}: ${pointed.created} created, ${pointed.closed} closed`
          : most.created + most.closed > 0
            ? 'Created above the line, closed below it'
            : 'Nothing was created or closed in this time'}
      </p>
      <svg width={width} height={HEIGHT} data-thin={isThin} onPointerLeave={() => setPointed(null)}>
        {y
          .ticks(TICKS)
          .filter(Number.isInteger)
          .map((tick) => (
            <g key={tick} className={tick === 0 ? 'axis' : 'tick'}>
              <line x1={EDGES.left} x2={width - EDGES.right} y1={y(tick)} y2={y(tick)} />
              <text x={EDGES.left - 6} y={y(tick) + 4} textAnchor="end">
                {Math.abs(tick)}
              </text>
            </g>
          ))}
        {days.map((day, index) => (
          <g key={day.at} className="day" onPointerEnter={() => setPointed(day)}>
            {bar(day, 'created')}
            {bar(day, 'closed')}
            {index % datesEvery === 0 && (
              <text x={(x(day.at) ?? 0) + x.bandwidth() / 2} y={HEIGHT - 6} textAnchor="middle">
                {shortDay.format(new Date(day.at))}
              </text>
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}
