import { useMutation, useQuery } from '@apollo/client/react';
import { perform } from '../../app/perform.js';
import { useViewer } from '../../app/session-context.js';
import { CancelMailDocument, WaitingMailsDocument } from '../../generated/graphql.js';
import { Icon } from '../../ui/icon.js';
import { Time } from '../../ui/time.js';

const KINDS: Readonly<Record<string, string>> = {
  ASSIGNED: 'about the assignment',
  UPDATED: 'about changes',
  REPLIED: 'about a reply',
  MENTIONED: 'about a mention',
  NEW_UNASSIGNED: 'about the new ticket',
};

/** Mails about the ticket that were not sent yet: for staff everybody's, otherwise one's own. */
export function WaitingMails({ ticketId }: { ticketId: string }) {
  const viewer = useViewer();
  const { data } = useQuery(WaitingMailsDocument, {
    variables: { filter: { ticketId: [ticketId], status: ['SCHEDULED'] } },
    fetchPolicy: 'cache-and-network',
  });
  const [cancel, { loading }] = useMutation(CancelMailDocument, { refetchQueries: [WaitingMailsDocument] });
  const mails = (data?.notifications.edges ?? [])
    .map(({ node }) => node)
    .filter(({ status }) => status === 'SCHEDULED');
  if (mails.length === 0) return null;
  const onCancel = async (id: string) =>
    perform(
      async () => (await cancel({ variables: { id } })).data?.cancelNotification.userErrors,
      'The mail is cancelled.',
    );
  return (
    <section aria-label="Mails that wait" className="side-section">
      <h2>Mails that wait</h2>
      <ul>
        {mails.map(({ id, kind, sendAt, recipient }) => (
          <li key={id} className="waiting-mail">
            <Icon name="mail" />
            <span>
              {recipient.name} <small className="soft">{KINDS[kind] ?? ''}</small>
              <small className="soft when">
                <Time at={sendAt} />
              </small>
            </span>
            {viewer.role.canManageTickets && (
              <button
                type="button"
                className="button quiet small"
                disabled={loading}
                onClick={() => void onCancel(id)}
                aria-label={`Cancel the mail to ${recipient.name}`}
              >
                Cancel
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
