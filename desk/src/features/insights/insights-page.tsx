import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { explain } from '../../app/api.js';
import { InsightsDocument, type InsightsQuery } from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { Priority, priorityLabel } from '../../ui/labels.js';
import { ListHead } from '../../ui/list-head.js';
import { NONE } from '../../ui/search-options.js';
import { useNow } from '../../ui/time.js';
import { useTitle } from '../../ui/use-title.js';
import { type InstantRange } from '../queue/instant-range.js';
import { type InsightsAddress, useInsightsAddress } from './address.js';
import { Bars } from './bars.js';
import { type Filters } from './count.js';
import { DayPanel } from './day-panel.js';
import { daysOf } from './days.js';
import { Figures, staleSince } from './figures.js';
import { InsightsTools } from './insights-tools.js';
import { spanOf, timeZone } from './period.js';
import './insights.css';

/** How often the figures are loaded again while the page is visible. */
const POLL_MS = 60_000;

/** How much there is to do, and how much was done. */
export function InsightsPage() {
  useTitle('Insights');
  const [address, change] = useInsightsAddress();
  const { product } = address;
  const now = useNow();
  const span = spanOf(address.period, now);
  const range = 'range' in span ? span.range : {};
  const { data, loading, error } = useQuery(InsightsDocument, {
    variables: { input: { range, timeZone, ...(product.length > 0 && { productId: [...product] }) } },
    skip: 'fault' in span,
    pollInterval: POLL_MS,
    skipPollAttempt: () => document.hidden,
  });
  // The figures before stay, with their own links, until the new ones are there.
  const [shown, setShown] = useState<Shown | null>(null);
  const insights = data?.ticketInsights;
  if (insights && insights !== shown?.insights) setShown({ insights, range, product });
  const isFaulty = 'fault' in span || (error !== undefined && !data);
  return (
    <div className="list-page">
      <ListHead title="Insights" tools={<InsightsTools address={address} onChange={change} />} />
      {isFaulty && (
        <p className="notice" role="alert">
          {'fault' in span ? span.fault : explain(error)}
        </p>
      )}
      <div className="insights" aria-busy={loading} data-old={!data}>
        {shown && !isFaulty && <Panels {...shown} now={now} />}
      </div>
    </div>
  );
}

/** Figures, and what they count: the links to their tickets have the same time and products. */
interface Shown extends Pick<InsightsAddress, 'product'> {
  readonly insights: InsightsQuery['ticketInsights'];
  readonly range: InstantRange;
}

function Panels({ insights, range, product, now }: Shown & { readonly now: Date }) {
  const within: Filters = { product };
  const during = (what: 'created' | 'closed', then: InstantRange): Filters => ({
    ...within,
    state: 'any',
    [what]: then,
  });
  const { byPriority, byProduct, workload } = insights;
  return (
    <>
      <Figures insights={insights} within={within} closed={during('closed', range)} staleBefore={staleSince(now)} />
      <DayPanel days={daysOf(insights, range)} range={range} filtersOf={during} />
      <Bars
        title="Workload"
        rowTitle="Person"
        columns={['Active', 'In progress', 'Emergency', 'Closed in this time']}
        none="Nobody has an active ticket."
        bars={workload.map(({ user, active, inProgress, emergency, closedInRange }) => {
          const theirs = { ...within, assignee: [user.id] };
          return {
            id: user.id,
            label: (
              <span className="person">
                <Avatar name={user.name} /> <bdi>{user.name}</bdi>
              </span>
            ),
            value: active,
            of: `active tickets of ${user.name}`,
            filters: theirs,
            others: [
              {
                value: inProgress,
                of: `tickets in progress of ${user.name}`,
                filters: { ...theirs, status: ['IN_PROGRESS'] },
              },
              {
                value: emergency,
                of: `active emergencies of ${user.name}`,
                filters: { ...theirs, priority: ['EMERGENCY'] },
              },
              {
                value: closedInRange,
                of: `tickets of ${user.name} closed in this time`,
                filters: { ...theirs, state: 'any', closed: range },
              },
            ],
          };
        })}
      />
      <Bars
        title="By priority"
        rowTitle="Priority"
        columns={['Active']}
        none=""
        bars={byPriority.toReversed().map(({ priority, count }) => ({
          id: priority,
          label: <Priority priority={priority} />,
          value: count,
          of: `active tickets of priority ${priorityLabel(priority)}`,
          filters: { ...within, priority: [priority] },
        }))}
      />
      <Bars
        title="By product"
        rowTitle="Product"
        columns={['Active']}
        none="There are no tickets."
        bars={byProduct
          .toSorted((a, b) => b.active - a.active)
          .map((counts) => ({
            id: counts.product?.id ?? NONE,
            label: <bdi>{counts.product?.name ?? 'No product'}</bdi>,
            value: counts.active,
            of: `active tickets about ${counts.product?.name ?? 'no product'}`,
            filters: { product: [counts.product?.id ?? NONE] },
          }))}
      />
    </>
  );
}
