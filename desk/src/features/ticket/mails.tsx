import { useQuery } from '@apollo/client/react';
import { useViewer } from '../../app/session-context.js';
import { WaitingMailsDocument } from '../../generated/graphql.js';
import { CancelMail } from '../../ui/cancel-mail.js';
import { Icon } from '../../ui/icon.js';
import { mailKindLabel } from '../../ui/mail-labels.js';
import { Time } from '../../ui/time.js';

const STATES = { SENT: 'Sent', CANCELLED: 'Cancelled', FAILED: 'Failed' } as const;

/** Mails about the ticket that were not sent yet: for staff everybody's, otherwise one's own. */
export function WaitingMails({ ticketId }: { ticketId: string }) {
  const viewer = useViewer();
  const { data } = useQuery(WaitingMailsDocument, {
    variables: { filter: { ticketId: [ticketId], status: ['SCHEDULED'] } },
    fetchPolicy: 'cache-and-network',
  });
  const mails = (data?.notifications.edges ?? []).map(({ node }) => node);
  if (mails.length === 0) return null;
  return (
    <section aria-label="Mails that wait" className="side-section">
      <h2>Mails that wait</h2>
      <ul>
        {mails.map(({ id, kind, status, sendAt, recipient }) => (
          <li key={id} className="waiting-mail">
            <Icon name="mail" />
            <span>
              <bdi>{recipient.name}</bdi> <small className="soft">{mailKindLabel(kind)}</small>
              <small className="soft when">
                {status === 'SCHEDULED' ? <Time at={sendAt} isAhead /> : STATES[status]}
              </small>
            </span>
            {viewer.role.canManageTickets && status === 'SCHEDULED' && (
              <CancelMail id={id} recipient={recipient.name} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
