import { useTitle } from '../../ui/use-title.js';

/** How much there is to do, and how much was done. */
export function InsightsPage() {
  useTitle('Insights');
  return <h1>Insights</h1>;
}
