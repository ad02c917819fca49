import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { apollo } from '../../app/api.js';
import { useChanges } from '../../app/live.js';
import { maySeeDeleted } from '../../app/rights.js';
import { useViewer } from '../../app/session-context.js';
import {
  EarlierTimelineDocument,
  ReplyRecipientsDocument,
  TicketChangesDocument,
  type TicketDetailsFragment,
  TicketDocument,
  type TicketQuery,
  TicketWatchingDocument,
  WaitingMailsDocument,
} from '../../generated/graphql.js';
import { CheckBox } from '../../ui/field.js';
import { useTitle } from '../../ui/use-title.js';
import { type TicketChange } from './changed-fields.js';
import { Composer } from './composer.js';
import { ConflictDialog } from './conflict-dialog.js';
import { DeleteTicket } from './delete-ticket.js';
import { DeletedTicket } from './deleted-ticket.js';
import { Details } from './details.js';
import { DuplicateBanner, Duplicates } from './duplicates.js';
import { WaitingMails } from './mails.js';
import { NoTicket } from './no-ticket.js';
import { Properties } from './properties.js';
import { Texts } from './texts.js';
import { TicketBar } from './ticket-bar.js';
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
  const viewer = useViewer();
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
  if (maySeeDeleted(viewer) && !error) return <DeletedTicket number={number} />;
  return <NoTicket number={number} error={error} />;
}

interface TicketViewProps {
  readonly ticket: Ticket;
  readonly onRefresh: () => Promise<readonly Ticket['timeline']['edges'][number]['node'][]>;
  readonly onEarlier: () => void;
}

function TicketView({ ticket, onRefresh, onEarlier }: TicketViewProps) {
  const viewer = useViewer();
  const { update: send, conflict } = useUpdateTicket();
  const [isQuiet, setIsQuiet] = useState(false);
  const update = async (change: TicketChange, base: TicketDetailsFragment) => {
    const isSettled = await send(change, base, isQuiet);
    if (isSettled) setIsQuiet(false);
    return isSettled;
  };
  const nodes = ticket.timeline.edges.map(({ node }) => node);
  return (
    <div className="ticket">
      <TicketBar number={ticket.number}>
        <span className="ticket-bar-actions">
          <DeleteTicket ticket={ticket} />
        </span>
      </TicketBar>
      <div className="ticket-columns">
        <div className="ticket-main">
          <DuplicateBanner ticket={ticket} />
          <Texts ticket={ticket} onChange={update} />
          <Timeline nodes={nodes} onEarlier={ticket.timeline.pageInfo.hasPreviousPage ? onEarlier : undefined} />
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
          {viewer.role.canManageTickets && ticket.viewerCanChangeStatus && (
            <CheckBox label="Change without mails" checked={isQuiet} onChange={setIsQuiet} />
          )}
          <Details ticket={ticket} onChange={update} />
          <Watching ticketId={ticket.id} />
          <Duplicates ticket={ticket} />
          <WaitingMails ticketId={ticket.id} />
        </aside>
      </div>
      {conflict && <ConflictDialog conflict={conflict} />}
    </div>
  );
}
