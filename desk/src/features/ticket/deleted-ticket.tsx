import { useQuery } from '@apollo/client/react';
import { apollo } from '../../app/api.js';
import { DeletedTicketDocument, type DeletedTicketQuery, TicketDocument } from '../../generated/graphql.js';
import { RestoreTicket } from '../../ui/restore-ticket.js';
import { Time } from '../../ui/time.js';
import { useTitle } from '../../ui/use-title.js';
import { NoTicket } from './no-ticket.js';
import { Properties } from './properties.js';
import { Texts } from './texts.js';
import { TicketBar } from './ticket-bar.js';
import { Timeline } from './timeline.js';

/** Of a deleted ticket only what was changed shows, which is little. */
const MOST_EVENTS = 50;

type Ticket = DeletedTicketQuery['tickets']['edges'][number]['node'];

/** For those who may see deleted tickets: the ticket of this number, if it is one. */
export function DeletedTicket({ number }: { number: number }) {
  const { data, loading, error } = useQuery(DeletedTicketDocument, {
    variables: { number: `#${number}`, last: MOST_EVENTS },
    // It may have been restored and deleted again since.
    fetchPolicy: 'network-only',
  });
  const found = data?.tickets.edges[0]?.node;
  const ticket = found?.number === number ? found : undefined;
  if (ticket && ticket.deletedAt !== null) return <DeletedView ticket={ticket} />;
  // Once it was restored it is loaded as any other.
  if (loading || ticket) return <div className="ticket" aria-busy="true" />;
  return <NoTicket number={number} error={error} />;
}

function DeletedView({ ticket }: { ticket: Ticket }) {
  const { id, number, title, deletedAt, viewerCanRestore } = ticket;
  useTitle(`#${number} ${title}`);
  return (
    <div className="ticket">
      <TicketBar number={number} />
      <div className="ticket-columns">
        <div className="ticket-main">
          <div className="notice deleted-banner">
            <span>
              This ticket was deleted {deletedAt !== null && <Time at={deletedAt} />}. Its comments come back with it.
            </span>
            {viewerCanRestore && (
              <RestoreTicket
                id={id}
                number={number}
                onRestored={() => void apollo.refetchQueries({ include: [TicketDocument] }).catch(() => undefined)}
              />
            )}
          </div>
          <Texts ticket={ticket} />
          <Timeline nodes={ticket.timeline.edges.map(({ node }) => node)} />
        </div>
        <aside className="ticket-side" aria-label="Properties">
          <Properties ticket={ticket} />
        </aside>
      </div>
    </div>
  );
}
