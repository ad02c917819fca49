import { useQuery } from '@apollo/client/react';
import { viewFilter, type ViewId } from './views.js';
import { ViewCountsDocument } from '../generated/graphql.js';
import { apollo } from './api.js';

/** Changes that come faster than this are counted together. */
const PAUSE_MS = 3_000;

/** What a view counts: the work that is left in it. */
const activeOf = (view: ViewId) => ({ ...viewFilter(view), active: true });

const VARIABLES = {
  mine: activeOf('mine'),
  reported: activeOf('reported'),
  watching: activeOf('watching'),
  all: activeOf('all'),
};

/** How many active tickets each view has, once that is known; none of those that are deleted. */
export function useViewCounts(): Readonly<Partial<Record<ViewId, number>>> | null {
  const { data } = useQuery(ViewCountsDocument, { variables: VARIABLES });
  if (!data) return null;
  const { mine, reported, watching, all } = data;
  return {
    mine: mine.totalCount,
    unassigned: all.counts.unassigned,
    reported: reported.totalCount,
    watching: watching.totalCount,
    all: all.counts.active,
  };
}

/** Whether the first count has been answered. */
export function areViewsCounted(): boolean {
  return apollo.readQuery({ query: ViewCountsDocument, variables: VARIABLES }) !== null;
}

let countedAt = -PAUSE_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Counts again: at once, or with others that ask for it soon after a count. */
export function refreshViewCounts(): void {
  timer ??= setTimeout(
    () => {
      timer = undefined;
      countedAt = performance.now();
      // What fails is counted again with the next change, or when the server is back.
      apollo.refetchQueries({ include: [ViewCountsDocument] }).catch(() => undefined);
    },
    Math.max(0, countedAt + PAUSE_MS - performance.now()),
  );
}
