import { useSearchParams } from 'wouter';
import { dateIn, type Period, PRESETS, USUAL_DAYS } from './period.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What the API takes of ids, and more than anybody picks. */
const MOST_PRODUCTS = 100;

/** What Insights are about: everything of it stands in the address. */
export interface InsightsAddress {
  readonly period: Period;
  /** Ids of products; none: all tickets. */
  readonly product: readonly string[];
}

function readAddress(params: URLSearchParams): InsightsAddress {
  const [from, to] = [params.get('from'), params.get('to')];
  const days = PRESETS.find((preset) => String(preset) === params.get('days'));
  const ids = new Set(
    params
      .get('product')
      ?.split(',')
      .filter((id) => UUID.test(id)),
  );
  const chosen = from !== null || to !== null ? { from: dateIn(from), to: dateIn(to) } : null;
  return {
    period: chosen ?? { days: days ?? USUAL_DAYS },
    product: [...ids].slice(0, MOST_PRODUCTS),
  };
}

function writeAddress({ period, product }: InsightsAddress): URLSearchParams {
  const params = new URLSearchParams();
  if (!('days' in period)) {
    params.set('from', period.from);
    params.set('to', period.to);
  } else if (period.days !== USUAL_DAYS) params.set('days', String(period.days));
  if (product.length > 0) params.set('product', product.join(','));
  return params;
}

export function useInsightsAddress(): [InsightsAddress, (change: Partial<InsightsAddress>) => void] {
  const [params, setParams] = useSearchParams();
  const address = readAddress(params);
  const change = (part: Partial<InsightsAddress>) => {
    // Not one entry of the history for each digit of a date.
    const isTyped = !('days' in address.period) && part.period !== undefined && !('days' in part.period);
    setParams(writeAddress({ ...address, ...part }), { replace: isTyped });
  };
  return [address, change];
}
