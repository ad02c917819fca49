import type { SendMailOptions } from 'nodemailer';
import { isSingleAddress } from './mailbox.js';
import { MailRefusedError, type MailMessage, type MailThread } from './mailer.js';
import { oneLine } from './one-line.js';

/**
 * Keeps receipts, out-of-office replies and their loops away from an automatic mail (RFC 3834; for Exchange MS-OXCMAIL
 * 2.2.3.2.14). `All` would also suppress the bounces by which a sender learns of dead addresses.
 */
const AUTOMATIC_HEADERS = {
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'DR, RN, NRN, OOF, AutoReply',
};

/**
 * What nodemailer needs to build the message. The one place where texts meet headers: whatever it is given, the
 * result has one recipient and no header but ours and the caller's. Throws MailRefusedError (permanent) for an
 * address that is not a single one.
 */
export function composeMail(message: MailMessage, options: { from: string; date?: Date }): SendMailOptions {
  if (!isSingleAddress(message.to.address)) {
    throw new MailRefusedError('the address of the recipient is not valid', { permanent: true });
  }
  return {
    from: options.from,
    to: { name: headerText(message.to.name), address: message.to.address },
    subject: headerText(message.thread?.previous == null ? message.subject : `Re: ${message.subject}`),
    messageId: idHeader(message.messageId),
    ...(message.thread && threadHeaders(message.thread)),
    date: options.date,
    headers: { ...headersOnOneLine(message.headers ?? {}), ...AUTOMATIC_HEADERS },
    text: message.text,
    html: message.html,
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** By these, and by a subject that differs in `Re:` only, mail programs thread (docs/decisions/0024-threads.md). */
function threadHeaders({ root, previous }: MailThread): Pick<SendMailOptions, 'references' | 'inReplyTo'> {
  return previous === null
    ? { references: idHeader(root) }
    : { references: [idHeader(root), idHeader(previous)], inReplyTo: idHeader(previous) };
}

function idHeader(id: string): string {
  return `<${oneLine(id)}>`;
}

/**
 * A subject, or a name, that looks like an encoded word (RFC 2047) would go out as it is, a name in quotes, and mail
 * programs decode it: to line breaks, or to another direction of the text. An invisible character, the word joiner,
 * keeps it from being one.
 */
function headerText(text: string): string {
  return oneLine(text).replaceAll('=?', '=\u2060?');
}

function headersOnOneLine(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, oneLine(value)]));
}
