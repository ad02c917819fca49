import type { SendMailOptions } from 'nodemailer';
import { isSingleAddress } from './mailbox.js';
import { MailRefusedError, type MailMessage } from './mailer.js';
import { oneLine } from './one-line.js';

/**
 * Keeps receipts, out-of-office replies and their loops away from a mail that nobody wrote by hand (RFC 3834; for Exchange
 * MS-OXCMAIL 2.2.3.2.14). `All` would also suppress the bounces by which a sender learns of dead addresses.
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
    to: { name: oneLine(message.to.name), address: message.to.address },
    subject: oneLine(message.subject),
    messageId: `<${oneLine(message.messageId)}>`,
    date: options.date,
    headers: { ...headersOnOneLine(message.headers ?? {}), ...AUTOMATIC_HEADERS },
    text: message.text,
    html: message.html,
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function headersOnOneLine(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, oneLine(value)]));
}
