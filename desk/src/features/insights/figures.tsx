import { type ReactNode } from 'react';
import { type InsightsQuery } from '../../generated/graphql.js';
import { NONE } from '../../ui/search-options.js';
import { Count, Figure, type Filters } from './count.js';
import { durationInWords } from './duration.js';

/** The API counts a ticket as stale after so many days without activity (docs/behaviour.md, "Insights"). */
const STALE_AFTER_DAYS = 7;
const DAY_MS = 86_400_000;

export function staleSince(now: Date): string {
  return new Date(now.getTime() - STALE_AFTER_DAYS * DAY_MS).toISOString();
}

interface FiguresProps {
  readonly insights: InsightsQuery['ticketInsights'];
  readonly within: Filters;
  /** What was closed in the time that is chosen. */
  readonly closed: Filters;
  /** Tickets without activity since then are stale. */
  readonly staleBefore: string;
}

/** The figures that people look for first. */
export function Figures({ insights, within, closed, staleBefore }: FiguresProps) {
  const { active, activeUnassigned, stale, medianSecondsToClose } = insights;
  return (
    <dl className="figures">
      <Item title="Active" hint="now">
        <Count value={active} of="active tickets" filters={within} />
      </Item>
      <Item title="Unassigned" hint="of the active ones">
        <Count
          value={activeUnassigned}
          of="active tickets without an assignee"
          filters={{ ...within, assignee: [NONE] }}
        />
      </Item>
      <Item title="Stale" hint={`nothing happened for ${STALE_AFTER_DAYS} days`}>
        <Count value={stale} of="stale tickets" filters={{ ...within, active: { to: staleBefore } }} />
      </Item>
      <Item title="Median time to close" hint="of those closed in this time">
        {medianSecondsToClose === null ? (
          <span className="figure none">–</span>
        ) : (
          <Figure of="until tickets are closed" filters={closed}>
            {durationInWords(medianSecondsToClose)}
          </Figure>
        )}
      </Item>
    </dl>
  );
}

function Item({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {children}
        <small>{hint}</small>
      </dd>
    </div>
  );
}
