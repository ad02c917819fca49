import { type MailsQuery } from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { CancelMail } from '../../ui/cancel-mail.js';
import { cancelReasonLabel, mailKindLabel, mailReasonLabel } from '../../ui/mail-labels.js';
import { TicketLink } from '../../ui/ticket-link.js';
import { Time } from '../../ui/time.js';

type Mail = MailsQuery['notifications']['edges'][number]['node'];

interface MailTableProps {
  readonly mails: readonly Mail[];
  /** Whether the viewer manages tickets: then the mails are everybody's, and those that wait can be cancelled. */
  readonly isStaff: boolean;
  readonly onSettled: () => void;
}

export function MailTable({ mails, isStaff, onSettled }: MailTableProps) {
  return (
    <table className="records mails">
      <thead>
        <tr>
          {isStaff && <th scope="col">To</th>}
          <th scope="col">Ticket</th>
          <th scope="col">About</th>
          <th scope="col">State</th>
          {isStaff && (
            <td>
              <span className="visually-hidden">Cancel</span>
            </td>
          )}
        </tr>
      </thead>
      <tbody>
        {mails.map((mail) => (
          <tr key={mail.id} data-status={mail.status}>
            {isStaff && (
              <td>
                <span className="labelled">
                  <Avatar name={mail.recipient.name} />
                  <bdi>{mail.recipient.name}</bdi>
                </span>
              </td>
            )}
            <td className="mail-ticket">
              <About mail={mail} />
            </td>
            <td>
              {mailKindLabel(mail.kind)}
              <small className="soft">{mailReasonLabel(mail.reason)}</small>
            </td>
            <td className="mail-state">
              <State mail={mail} />
            </td>
            {isStaff && (
              <td className="mail-action">
                {mail.status === 'SCHEDULED' && (
                  <CancelMail id={mail.id} recipient={mail.recipient.name} onSettled={onSettled} />
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function About({ mail: { ticket, kind } }: { mail: Mail }) {
  if (ticket) return <TicketLink ticket={ticket} />;
  return <span className="soft">{kind === 'DIGEST' ? 'All tickets' : 'A ticket that you cannot see'}</span>;
}

function State({ mail: { status, sendAt, sentAt, cancelledAt, cancelReason, attempts, lastError } }: { mail: Mail }) {
  switch (status) {
    case 'SCHEDULED':
      return (
        <>
          <span>
            Due <Time at={sendAt} isAhead />
          </span>
          {lastError !== null && (
            <small className="mail-error">
              Tried {times(attempts)}: {lastError}
            </small>
          )}
        </>
      );
    case 'SENT':
      return <span>Sent {sentAt !== null && <Time at={sentAt} />}</span>;
    case 'CANCELLED':
      return (
        <>
          <span>Cancelled {cancelledAt !== null && <Time at={cancelledAt} />}</span>
          <small className="soft">{cancelReasonLabel(cancelReason)}</small>
        </>
      );
    case 'FAILED':
    default:
      return (
        <>
          <strong className="mail-error">Given up after {attempts === 1 ? '1 try' : `${attempts} tries`}</strong>
          <small className="mail-error">{lastError ?? 'The mail server gave no reason.'}</small>
        </>
      );
  }
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
