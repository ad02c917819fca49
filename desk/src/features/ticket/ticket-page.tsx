import { useQuery } from '@apollo/client/react';
import { apollo } from '../../app/api.js';
import { useChanges } from '../../app/live.js';
import {
  EarlierTimelineDocument,
  ReplyRecipientsDocument,
  TicketChangesDocument,
  TicketDocument,
  type TicketQuery,
  TicketWatchingDocument,
  WaitingMailsDocument,
} from '../../generated/graphql.js';
import { Icon } from '../../ui/icon.js';
import { useTitle } from '../../ui/use-title.js';
import { Composer } from './composer.js';
import { ConflictDialog } from './conflict-dialog.js';
import { DuplicateBanner, Duplicates } from './duplicates.js';
import { WaitingMails } from './mails.js';
import { NoTicket } from './no-ticket.js';
import { Properties } from './properties.js';
import { Texts } from './texts.js';
import { Timeline } from './timeline.js';
import { useUpdateTicket } from './use-update-ticket.js';
import { Watching } from './watching.js';
import './ticket.css';

/** The newest entries of the timeline at first, and as many more at each click. */
const TIMELINE_PAGE = 50;

/** What each change of the ticket may change: with it changes who gets a mail about a reply, for one. */
const FOLLOWED = [TicketDocument, ReplyRecipientsDocument, TicketWatchingDocument, WaitingMailsDocument];

function reload(): void {
  // What fails is read again by the next change, or when the server is back.
  apollo.refetchQueries({ include: FOLLOWED }).catch(() => undefined);
}

type Ticket = NonNullable<TicketQuery['ticketByNumber']>;

export function TicketPage({ number }: { number: number }) {
  const { data, loading, error, refetch, fetchMore } = useQuery(TicketDocument, {
    variables: { number, last: TIMELINE_PAGE },
    // The earlier pages stay.
    refetchWritePolicy: 'merge',
  });
  const ticket = data?.ticketByNumber;
  useChanges(TicketChangesDocument, {
    filter: { id: ticket ? [ticket.id] : [] },
    since: ticket ? data.changeCursor : undefined,
    onChange: reload,
    onReload: reload,
  });
  useTitle(ticket ? `#${number} ${ticket.title}` : `#${number}`);
  if (ticket) {
    return (
      <TicketView
        ticket={ticket}
        onRefresh={async () => (await refetch()).data?.ticketByNumber?.timeline.edges.map(({ node }) => node) ?? []}
        onEarlier={() => {
          void fetchMore({
            query: EarlierTimelineDocument,
            variables: { id: ticket.id, last: TIMELINE_PAGE, before: ticket.timeline.pageInfo.startCursor },
          });
        }}
      />
    );
  }
  if (loading) return <div className="ticket" aria-busy="true" />;
  return <NoTicket number={number} error={error} />;
}

interface TicketViewProps {
  readonly ticket: Ticket;
  readonly onRefresh: () => Promise<readonly Ticket['timeline']['edges'][number]['node'][]>;
  readonly onEarlier: () => void;
}

function TicketView({ ticket, onRefresh, onEarlier }: TicketViewProps) {
  const { update, conflict } = useUpdateTicket();
  const nodes = ticket.timeline.edges.map(({ node }) => node);
  return (
    <div className="ticket">
      <div className="ticket-bar">
        <button type="button" className="button quiet small" onClick={() => history.back()}>
          <Icon name="back" /> Back
        </button>
        <span className="soft">#{ticket.number}</span>
      </div>
      <div className="ticket-columns">
        <div className="ticket-main">
          <DuplicateBanner ticket={ticket} />
          <Texts ticket={ticket} onChange={update} />
          <Timeline nodes={nodes} hasEarlier={ticket.timeline.pageInfo.hasPreviousPage} onEarlier={onEarlier} />
          <Composer
            key={ticket.id}
            ticket={ticket}
            nodes={nodes}
            onRefresh={onRefresh}
            canReply={ticket.viewerCanComment}
            canNote={ticket.viewerCanCommentInternally}
          />
        </div>
        <aside className="ticket-side" aria-label="Properties">
          <Properties ticket={ticket} onChange={(change) => void update(change, ticket)} />
          <Watching ticketId={ticket.id} />
          <Duplicates ticket={ticket} />
          <WaitingMails ticketId={ticket.id} />
        </aside>
      </div>
      {conflict && <ConflictDialog conflict={conflict} />}
    </div>
  );
}
