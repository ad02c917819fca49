import { type TypedDocumentNode } from '@apollo/client';
import { type ChangeMessage, createChanges } from '@docket/client';
import { print } from 'graphql';
import { useEffect, useEffectEvent } from 'react';
import { type TicketFilter } from '../generated/graphql.js';
import { apollo, session } from './api.js';
import { checkReachable } from './connection.js';
import { apiUrl } from './settings.js';

const changes = createChanges(session, apiUrl, () => void checkReachable());

interface Following<Message> {
  readonly filter: TicketFilter;
  /** `changeCursor` of the answer that is on the screen; until there is one, nothing is followed. */
  readonly since: string | undefined;
  readonly onChange: (message: Message) => void;
  /** What was told before may be incomplete. */
  readonly onReload: () => void;
}

/** Follows the changes of tickets that match, while the component is on the screen. */
export function useChanges<Message extends ChangeMessage>(
  document: TypedDocumentNode<{ readonly ticketChanges: Message }, { filter?: TicketFilter | null | undefined }>,
  { filter, since, onChange: change, onReload: reload }: Following<Message>,
): void {
  const onChange = useEffectEvent(change);
  const onReload = useEffectEvent(reload);
  // A filter is a new object at each render.
  const key = JSON.stringify(filter);
  const begins = since !== undefined;
  const sinceNow = useEffectEvent(() => since);
  useEffect(() => {
    if (!begins) return undefined;
    return changes.follow<Message>({
      // With __typename everywhere, as the cache needs it.
      query: print(apollo.cache.transformDocument(document)),
      filter: JSON.parse(key),
      since: sinceNow(),
      onChange: (message) => onChange(message),
      onReload: () => onReload(),
    });
  }, [document, key, begins]);
}
