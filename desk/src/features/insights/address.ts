import { useSearchParams } from 'wouter';
import { idsOf } from '../../ui/address.js';
import { dateIn, type Period, PRESETS, USUAL_DAYS } from './period.js';

/** Which time and products insights show, as the address of the page has it. */
export interface InsightsAddress {
  readonly period: Period;
  /** Ids of products. Empty: tickets about any product, or none. */
  readonly product: readonly string[];
}

function readAddress(params: URLSearchParams): InsightsAddress {
  const [from, to] = [params.get('from'), params.get('to')];
  const days = PRESETS.find((preset) => String(preset) === params.get('days'));
  const chosen = from !== null || to !== null ? { from: dateIn(from), to: dateIn(to) } : null;
  return {
    period: chosen ?? { days: days ?? USUAL_DAYS },
    product: idsOf(params.get('product')),
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
    // Typing a date changes it with each digit: that replaces the entry of the browser's history.
    const isTyped = !('days' in address.period) && part.period !== undefined && !('days' in part.period);
    setParams(writeAddress({ ...address, ...part }), { replace: isTyped });
  };
  return [address, change];
}
