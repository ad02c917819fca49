import { type EventEntryFragment, type TicketQuery } from '../../generated/graphql.js';
import { Time } from '../../ui/time.js';
import { CommentCard } from './comment-card.js';
import { EventText } from './event-text.js';

export type TimelineNode = NonNullable<TicketQuery['ticketByNumber']>['timeline']['edges'][number]['node'];

/** The description above says already who reported it, and when; but not that nobody was mailed. */
function isToldHere(node: TimelineNode): boolean {
  return node.__typename !== 'TicketEvent' || node.kind !== 'CREATED' || !node.notified;
}

interface TimelineProps {
  readonly nodes: readonly TimelineNode[];
  /** Loads what was before; left out where that is all. */
  readonly onEarlier?: (() => void) | undefined;
}

/** Comments and changes, oldest first. */
export function Timeline({ nodes, onEarlier }: TimelineProps) {
  return (
    <section aria-label="What happened" className="timeline">
      {onEarlier && (
        <button type="button" className="button small earlier" onClick={onEarlier}>
          Show what was before
        </button>
      )}
      <ol>
        {nodes.filter(isToldHere).map((node) => (
          <li key={node.id} id={`entry-${node.id}`}>
            {node.__typename === 'Comment' ? <CommentCard comment={node} /> : <EventLine event={node} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function EventLine({ event }: { event: EventEntryFragment }) {
  return (
    <p className="event">
      <span>
        <b dir="auto">{event.actor?.name ?? 'Docket'}</b> <EventText event={event} />
        {!event.notified && <span className="silent"> · without mails</span>} · <Time at={event.createdAt} />
      </span>
    </p>
  );
}
