import { useSyncExternalStore } from 'react';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Beyond it people think in dates. */
const MAX_RELATIVE_MS = 7 * DAY_MS;

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const thisYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const otherYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

function inWords(instant: Date, now: Date): string {
  const past = now.getTime() - instant.getTime();
  if (past >= -MINUTE_MS && past < MINUTE_MS) return 'now';
  if (past >= 0 && past < MAX_RELATIVE_MS) {
    if (past < HOUR_MS) return `${Math.floor(past / MINUTE_MS)} min ago`;
    return past < DAY_MS ? `${Math.floor(past / HOUR_MS)} h ago` : `${Math.floor(past / DAY_MS)} d ago`;
  }
  if (past < 0 && past > -DAY_MS) {
    return -past < HOUR_MS ? `in ${Math.ceil(-past / MINUTE_MS)} min` : `in ${Math.round(-past / HOUR_MS)} h`;
  }
  return (instant.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(instant);
}

/** One timer for all instants on the screen. */
let now = new Date();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // Nobody kept it up to date meanwhile.
    now = new Date();
    timer = setInterval(() => {
      now = new Date();
      for (const each of listeners) each();
    }, MINUTE_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** What time it is, to the minute. */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now);
}

interface TimeProps {
  readonly at: string;
  /** Whether the instant may be in the future. If not, one that is ahead, as clocks differ, shows as now. */
  readonly isAhead?: boolean;
}

/** An instant in the reader's zone: how long ago or ahead, and exactly on hover. */
export function Time({ at, isAhead = false }: TimeProps) {
  const current = useNow();
  const instant = new Date(at);
  return (
    <time dateTime={at} title={exact.format(instant)}>
      {inWords(instant, instant > current && !isAhead ? instant : current)}
    </time>
  );
}
