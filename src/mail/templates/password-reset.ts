import { oneLine } from '../one-line.js';
import { html } from './html.js';
import { type MailTexts, mailTexts } from './layout.js';

export interface PasswordResetMailInput {
  recipientName: string;
  /** Of the page that takes the new password, with the secret. */
  url: string;
}

/** The mail for a person who forgot their password. Valid one hour, once (docs/behaviour.md, "Logins and passwords"). */
export function passwordResetMail({ recipientName, url }: PasswordResetMailInput): MailTexts {
  const greeting = `Hello ${oneLine(recipientName)}, somebody asked to set a new password for your account.`;
  const rest =
    'The link works once, and for one hour. If it was not you, you need not do anything: your password stays as it is.';
  return mailTexts({
    subject: 'Set a new password',
    preheader: 'The link works once, and for one hour.',
    heading: 'Set a new password',
    body: {
      text: `${greeting}\n\n${rest}`,
      html: html`<p class="ink" style="margin: 0 0 20px; font-size: 15px; line-height: 1.55; color: #1c1f26;">
          ${greeting}
        </p>
        <p class="ink" style="margin: 0 0 20px; font-size: 15px; line-height: 1.55; color: #1c1f26;">${rest}</p>`,
    },
    action: { label: 'Set a new password', url },
    reason: 'You get this mail because somebody asked to reset the password of the account with this address.',
    unsubscribe: null,
  });
}
