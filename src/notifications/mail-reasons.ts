import { NotificationKind, NotificationReason } from './notification.entity.js';

/** Why somebody gets a mail about a ticket, as it says at its end. */
export const REASON_IN_WORDS: Readonly<Record<NotificationReason, string>> = {
  [NotificationReason.MENTIONED]: 'You get this mail because somebody mentioned you in this ticket.',
  [NotificationReason.ASSIGNEE]: 'You get this mail because you are assigned to this ticket.',
  [NotificationReason.CREATOR]: 'You get this mail because you reported this ticket.',
  [NotificationReason.WATCHER]: 'You get this mail because you watch this ticket.',
  [NotificationReason.COMMENTER]: 'You get this mail because you commented on this ticket.',
  [NotificationReason.PRODUCT_OWNER]: 'You get this mail because you own the product that this ticket is about.',
  [NotificationReason.QUEUE]: 'You get this mail because you may assign tickets.',
};

/** What the unsubscribe links are called. */
export const STOP_MAILS: Readonly<Record<NotificationKind, string>> = {
  [NotificationKind.ASSIGNED]: 'Stop mails about assignments',
  [NotificationKind.UPDATED]: 'Stop mails about changes',
  [NotificationKind.DIGEST]: 'Stop these summaries',
  [NotificationKind.REPLIED]: 'Stop mails about comments',
  [NotificationKind.NEW_UNASSIGNED]: 'Stop mails about new tickets without an assignee',
  [NotificationKind.MENTIONED]: 'Stop mails about mentions',
};
