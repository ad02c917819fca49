import { useEffect, useEffectEvent, useState } from 'react';
import { apollo } from '../../app/api.js';
import { useChanges } from '../../app/live.js';
import { QueueChangesDocument, QueueTicketFragmentDoc, type TicketFilter } from '../../generated/graphql.js';

/** Changes that come together are read together. */
const PAUSE_MS = 400;

interface LiveQueue {
  readonly filter: TicketFilter;
  readonly since: string | undefined;
  /** Whether the pointer or the focus is in the list. */
  readonly isHeld: boolean;
  readonly reload: () => Promise<unknown>;
}

/**
 * Keeps the list as it is on the server. A row that changed shows it at once; rows come, go and move only while the pointer and
 * the focus are elsewhere, so that nobody hits another ticket than they meant.
 * @returns whether something was held back, until it shows, and how to show it
 */
export function useLiveQueue({ filter, since, isHeld, reload }: LiveQueue) {
  const [stale, setStale] = useState(false);
  const [held, setHeld] = useState(false);
  // The button "Show what changed" stays while the pointer moves to it, off the list.
  if (held !== (stale && (held || isHeld))) setHeld(!held);
  // Searches are not followed: what matches is looked up again when anything changes that they are among.
  const { search: _search, ...followed } = filter;
  useChanges(QueueChangesDocument, {
    filter: followed,
    since,
    onChange: (message) => {
      if (message.__typename !== 'TicketChange') return;
      const { ticket } = message;
      if (ticket) {
        apollo.cache.writeFragment({
          id: `Ticket:${ticket.id}`,
          fragment: QueueTicketFragmentDoc,
          fragmentName: 'QueueTicket',
          data: ticket,
        });
      }
      setStale(true);
    },
    onReload: () => setStale(true),
  });
  const showNews = () => {
    setStale(false);
    // What fails is read again by the next change, or when the server is back.
    reload().catch(() => undefined);
  };
  const onPauseOver = useEffectEvent(showNews);
  useEffect(() => {
    if (!stale || isHeld) return undefined;
    const timer = setTimeout(() => onPauseOver(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [stale, isHeld]);
  return { hasNews: held, showNews };
}
