import { type GraphqlClient } from '../../support/client.js';

/** A change as tests read it. */
export interface ReadChange {
  cursor: string;
  kind: 'APPEARED' | 'CHANGED' | 'VANISHED';
  ticketId: string;
  ticket: { id: string; title: string; status: string } | null;
  event: { kind: string; comment?: { id: string } | null } | null;
}

export const CHANGES = `query ($since: String!, $first: Int, $filter: TicketFilter) {
  ticketChanges(since: $since, first: $first, filter: $filter) {
    cursor hasMore
    changes { cursor kind ticketId ticket { id title status } event { kind } }
  }
}`;

export async function cursorOf(client: GraphqlClient): Promise<string> {
  return (await client.query('{ changeCursor }')).changeCursor;
}

/** One person's view of changes from now on; each call of `next` gives what happened since the last one. */
export async function follow(client: GraphqlClient, filter: object | null = null, first = 100) {
  let since = await cursorOf(client);
  return {
    async next(): Promise<ReadChange[]> {
      const all: ReadChange[] = [];
      for (;;) {
        const { ticketChanges } = await client.query(CHANGES, { since, first, filter });
        all.push(...ticketChanges.changes);
        since = ticketChanges.cursor;
        if (ticketChanges.hasMore === false) return all;
      }
    },
  };
}

/** Changes as `KIND id`, for comparisons. */
export function briefly(changes: readonly ReadChange[]): string[] {
  return changes.map(({ kind, ticketId }) => `${kind} ${ticketId}`);
}
