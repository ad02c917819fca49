import { inSentence } from '../in-sentence.js';
import { html } from './html.js';
import { type MailTexts, mailTexts } from './layout.js';
import { paragraph } from './parts.js';

export interface PasswordResetMailInput {
  recipientName: string;
  /** Of the page that takes the new password, with the secret. */
  url: string;
}

/** The mail for a person who forgot their password. Valid one hour, once (docs/behaviour.md, "Logins and passwords"). */
export function passwordResetMail({ recipientName, url }: PasswordResetMailInput): MailTexts {
  const greeting = `Hello ${inSentence(recipientName)}, somebody asked to set a new password for your account.`;
  const rest =
    'The link works once, and for one hour. If it was not you, you need not do anything: your password stays as it is.';
  return mailTexts({
    subject: 'Set a new password',
    preheader: 'The link works once, and for one hour.',
    heading: 'Set a new password',
    body: {
      text: `${greeting}\n\n${rest}`,
      html: html`${paragraph(greeting)}${paragraph(rest)}`,
    },
    action: { label: 'Set a new password', url },
    reason: 'You get this mail because somebody asked to reset the password of the account with this address.',
    optOuts: [],
  });
}
