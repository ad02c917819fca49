import { createTransport } from 'nodemailer';
import { composeMail } from './compose.js';
import type { Mailer, MailMessage } from './mailer.js';
import { refusalFrom } from './smtp-refusal.js';

/** The worker renews its lease of the mail meanwhile (notifications/delivery.ts). */
const TIMEOUTS = { connection: 10_000, socket: 15_000 };

/** The port on which TLS begins with the first byte (RFC 8314); elsewhere STARTTLS is used when it is offered. */
const IMPLICIT_TLS_PORT = 465;

interface SmtpSettings {
  host: string;
  port: number;
  user?: string | undefined;
  password?: string | undefined;
  /** Nothing is said without TLS but the greeting; otherwise it is used when it is offered. */
  requireTls?: boolean;
  /** `Docket <docket@example.com>` or only the address. */
  from: string;
  /** In milliseconds: for a connection and its greeting, and for each answer on it. */
  timeouts?: { connection: number; socket: number };
}

/**
 * Sends over a pool of SMTP connections. A mail is offered once; retries belong to the notification, which counts them
 * and waits longer each time. (nodemailer's pool dials again by itself only when a connection closes before a mail was
 * begun on it.)
 */
export function createSmtpMailer({
  host,
  port,
  user,
  password,
  requireTls = false,
  from,
  timeouts = TIMEOUTS,
}: SmtpSettings): Mailer {
  const transport = createTransport({
    pool: true,
    host,
    port,
    secure: port === IMPLICIT_TLS_PORT,
    requireTLS: requireTls,
    auth: user === undefined ? undefined : { user, pass: password ?? '' },
    dnsTimeout: timeouts.connection,
    connectionTimeout: timeouts.connection,
    greetingTimeout: timeouts.connection,
    socketTimeout: timeouts.socket,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    async send(message: MailMessage): Promise<void> {
      const mail = composeMail(message, { from });
      try {
        await transport.sendMail(mail);
      } catch (error) {
        throw refusalFrom(error);
      }
    },

    async close(): Promise<void> {
      transport.close({ force: true });
    },
  };
}
