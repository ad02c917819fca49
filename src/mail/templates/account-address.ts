import { html } from './html.js';
import { type MailTexts, mailTexts } from './layout.js';
import { paragraph } from './parts.js';

export interface ConfirmEmailMailInput {
  username: string;
  /** Of the page with the button. Its secret is good for nothing but this confirmation. */
  url: string;
}

/**
 * To an address that is to be proven. Nothing in it is a text of the person who gave the address, who may be anybody: a
 * username holds no blanks and nothing else to write a message with.
 */
export function confirmEmailMail({ username, url }: ConfirmEmailMailInput): MailTexts {
  const request = `The Docket account "${username}" is to use this e-mail address. Confirm that it is yours.`;
  const rest =
    'The link opens a page with a button, and is valid for a day. If you do not know the account, you need not do anything: without a confirmation it cannot use the address.';
  return mailTexts({
    subject: 'Confirm your e-mail address',
    preheader: 'The link is valid for a day.',
    heading: 'Confirm your e-mail address',
    body: { text: `${request}\n\n${rest}`, html: html`${paragraph(request)}${paragraph(rest)}` },
    action: { label: 'Confirm the address', url },
    reason: 'You get this mail because somebody gave this address for an account.',
    optOuts: [],
  });
}

export interface EmailChangeMailInput {
  username: string;
  newEmail: string;
  /** Whether the account has the new address already. */
  done: boolean;
}

/** To the old address, so that the account's owner learns of a change that somebody else made. */
export function emailChangeMail({ username, newEmail, done }: EmailChangeMailInput): MailTexts {
  const [heading, what] = done
    ? ['Your e-mail address was changed', `The Docket account "${username}" has the e-mail address ${newEmail} now.`]
    : [
        'Your e-mail address is to be changed',
        `The Docket account "${username}" is to have the e-mail address ${newEmail}. It changes once the mail to that address is confirmed.`,
      ];
  const rest = done
    ? 'If neither you nor an administrator did this, tell your administrator at once: mails about the account no longer come here.'
    : 'If this was not you, somebody knows your password: set a new one now, which also takes the change back.';
  return mailTexts({
    subject: heading,
    preheader: what,
    heading,
    body: { text: `${what}\n\n${rest}`, html: html`${paragraph(what)}${paragraph(rest)}` },
    action: null,
    reason: 'You get this mail because this was the address of the account.',
    optOuts: [],
  });
}
