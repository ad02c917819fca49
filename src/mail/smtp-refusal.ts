import { types } from 'node:util';
import type { NodemailerError } from 'nodemailer';
import { MailRefusedError } from './mailer.js';
import { oneLine } from './one-line.js';

const MAX_REASON_LENGTH = 200;
/** Maximum length of a response that is processed: searching megabytes for addresses would take long. */
const MAX_ANSWER_LENGTH = 1_000;
const E_MAIL_ADDRESS = /<?(?:"[^"]*"|[^\s<>@"]+)@[^\s<>@]+>?/gu;

/** nodemailer's codes for an answer to the mail itself, as against the connection, the greeting or the sign-in. */
const ABOUT_THE_MAIL: ReadonlySet<string> = new Set(['EENVELOPE', 'EMESSAGE']);

/** RFC 4954 "Authentication required" comes in answer to MAIL FROM, but is about our settings. */
const AUTHENTICATION_REQUIRED = 530;

const REASON_BY_CODE: Readonly<Record<string, string>> = {
  EAUTH: 'the mail server refused the sign-in',
  ENOAUTH: 'the mail server wants a user name and a password',
  ECONNECTION: 'the mail server closed the connection',
  ETIMEDOUT: 'the mail server did not answer in time',
  EABORT: 'the mail server took too long for the mail',
  EDNS: 'the name of the mail server was not found',
  ETLS: 'no secure connection with the mail server',
  ESOCKET: 'the mail server cannot be reached',
};

/**
 * Turns what nodemailer throws into a MailRefusedError. Permanent is only a 5xx answer to the mail itself (or a mail
 * that cannot be put into SMTP at all): a refused sign-in or a 5xx greeting is mended in the settings, and the mails
 * that wait should go out then.
 */
export function refusalFrom(error: unknown): MailRefusedError {
  const failure: NodemailerError = types.isNativeError(error) ? error : new Error(String(error));
  const permanent =
    ABOUT_THE_MAIL.has(failure.code ?? '') &&
    failure.permanent !== false &&
    failure.responseCode !== AUTHENTICATION_REQUIRED;
  return new MailRefusedError(reasonOf(failure), { permanent });
}

function reasonOf(failure: NodemailerError): string {
  const code = failure.code ?? '';
  // An answer to the sign-in may repeat what was sent.
  if (failure.response !== undefined && code !== 'EAUTH') return withoutAddresses(failure.response);
  const reason = REASON_BY_CODE[code] ?? (ABOUT_THE_MAIL.has(code) ? failure.message : 'the mail could not be sent');
  const detail = failure.responseCode ?? failure.originalCode;
  return withoutAddresses(detail === undefined ? reason : `${reason} (${detail})`);
}

function withoutAddresses(text: string): string {
  const plain = oneLine(text.slice(0, MAX_ANSWER_LENGTH))
    .replace(E_MAIL_ADDRESS, '(address)')
    .replace(/ {2,}/g, ' ')
    .trim();
  return plain.slice(0, MAX_REASON_LENGTH).toWellFormed();
}
