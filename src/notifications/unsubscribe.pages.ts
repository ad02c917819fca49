import { page } from '../mail/page.js';
import { html } from '../mail/templates/html.js';
import { NotificationKind } from './notification.entity.js';

const MAILS: Readonly<Record<NotificationKind, string>> = {
  [NotificationKind.ASSIGNED]: 'mails about tickets that are assigned to you',
  [NotificationKind.UPDATED]: 'mails about changes to tickets that concern you',
  [NotificationKind.DIGEST]: 'the regular summary of your tickets',
  [NotificationKind.REPLIED]: 'mails about comments on tickets that concern you',
  [NotificationKind.MENTIONED]: 'mails about texts that mention you',
  [NotificationKind.NEW_UNASSIGNED]: 'mails about new tickets that nobody is assigned to',
};

export function askPage(kind: NotificationKind): string {
  return page(
    'Unsubscribe',
    html`<h1>Stop ${MAILS[kind]}?</h1>
      <p>Docket then sends you no more of them. Everything else stays as it is.</p>
      <form method="post">
        <input type="hidden" name="List-Unsubscribe" value="One-Click" />
        <button type="submit">Unsubscribe</button>
      </form>
      <p class="soft">Want to keep them? Just close this page.</p>`,
  );
}

export function donePage(kind: NotificationKind): string {
  return page(
    'Unsubscribed',
    html`<h1>You are unsubscribed</h1>
      <p>Docket no longer sends you ${MAILS[kind]}; those that were waiting are taken back.</p>
      <p class="soft">You can turn them on again in your notification settings (updateNotificationSettings).</p>`,
  );
}

export function notValidPage(): string {
  return page(
    'Link not valid',
    html`<h1>This link is not valid</h1>
      <p>Nothing was changed. Perhaps the mail program cut it off: copy the whole link from the end of the mail.</p>`,
  );
}

export function noAccountPage(): string {
  return page(
    'No such account',
    html`<h1>This account no longer exists</h1>
      <p>Nothing was changed, and Docket sends no more mails to it.</p>`,
  );
}
