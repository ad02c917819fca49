import { useSearchParams } from 'wouter';
import { type NotificationFilter, type NotificationStatus } from '../../generated/graphql.js';
import { idsOf } from '../../ui/address.js';

export type MailListId = 'waiting' | 'failed' | 'sent' | 'cancelled';

interface MailList {
  readonly id: MailListId;
  readonly label: string;
  readonly status: NotificationStatus;
  /** What an empty one says. */
  readonly empty: string;
}

export const MAIL_LISTS: readonly MailList[] = [
  { id: 'waiting', label: 'Waiting', status: 'SCHEDULED', empty: 'No mail waits to be sent.' },
  { id: 'failed', label: 'Failed', status: 'FAILED', empty: 'No mail failed.' },
  { id: 'sent', label: 'Sent', status: 'SENT', empty: 'No mail was sent yet.' },
  { id: 'cancelled', label: 'Cancelled', status: 'CANCELLED', empty: 'No mail was cancelled.' },
];

/** Which mails are listed, as the address of the page has it. */
interface MailsAddress {
  readonly list: MailListId;
  /** The id of a person; null for everybody. */
  readonly to: string | null;
}

export function hrefOf({ list, to }: MailsAddress): string {
  const params = new URLSearchParams({ list, ...(to !== null && { to }) });
  return `/mails?${params.toString()}`;
}

export function useMailsAddress(): MailsAddress {
  const [params] = useSearchParams();
  const [to = null] = idsOf(params.get('to'));
  return {
    list: MAIL_LISTS.find(({ id }) => id === params.get('list'))?.id ?? 'waiting',
    to,
  };
}

export function filterOf({ list, to }: MailsAddress): NotificationFilter {
  const status = MAIL_LISTS.find(({ id }) => id === list)?.status ?? 'SCHEDULED';
  return { status: [status], ...(to !== null && { recipientId: [to] }) };
}
