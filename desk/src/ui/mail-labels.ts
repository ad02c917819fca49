import { type NotificationCancelReason, type NotificationKind, type NotificationReason } from '../generated/graphql.js';

const KINDS: Readonly<Record<NotificationKind, string>> = {
  ASSIGNED: 'Assignment',
  UPDATED: 'Changes',
  REPLIED: 'Reply',
  MENTIONED: 'Mention',
  NEW_UNASSIGNED: 'New unassigned ticket',
  DIGEST: 'Summary',
};

/** Why somebody gets it. */
const REASONS: Readonly<Record<NotificationReason, string>> = {
  MENTIONED: 'is mentioned',
  ASSIGNEE: 'is assigned',
  CREATOR: 'reported it',
  WATCHER: 'watches it',
  COMMENTER: 'commented',
  PRODUCT_OWNER: 'owns the product',
  QUEUE: 'may assign tickets',
};

const CANCEL_REASONS: Readonly<Record<NotificationCancelReason, string>> = {
  REASSIGNED: 'somebody else is assigned',
  UNASSIGNED: 'nobody is assigned any more',
  TICKET_DELETED: 'the ticket was deleted',
  USER_DELETED: 'the account was deleted',
  UNSUBSCRIBED: 'such mails are not wanted',
  BY_STAFF: 'by somebody who manages tickets',
  EMAIL_UNCONFIRMED: 'the address is not confirmed',
  NOT_VISIBLE: 'the ticket is not to be seen any more',
  ASSIGNED: 'somebody is assigned',
  MERGED: 'another mail tells it',
  RETRACTED: 'what it told was taken back',
};

// A newer server may have others.
export const mailKindLabel = (kind: NotificationKind): string => KINDS[kind] ?? 'Other';
export const mailReasonLabel = (reason: NotificationReason | null): string => (reason && REASONS[reason]) ?? '';
export const cancelReasonLabel = (reason: NotificationCancelReason | null): string =>
  (reason && CANCEL_REASONS[reason]) ?? 'nothing was left to tell';
