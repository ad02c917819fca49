import { createTransport, type SendMailOptions } from 'nodemailer';
import pLimit from 'p-limit';
import { composeMail } from './compose.js';
import { HeldEnd } from './held-end.js';
import type { Mailer, MailMessage } from './mailer.js';
import { refusalFrom } from './smtp-refusal.js';

/** A mail may take longer than its lease lasts: the worker renews it meanwhile (notifications/delivery.ts). */
const TIMEOUTS = { connection: 10_000, socket: 15_000, mail: 120_000 };

/** Connections of the pool: at least as many as there are mails at once, two notifications and one mail of each outbox of accounts. */
const MAX_CONNECTIONS = 5;
/** A mail that waits for its turn writes a line so many times before its connection would count as idle. */
const LINES_PER_TIMEOUT = 3;

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
  /**
   * In milliseconds: for a connection and its greeting, for each answer on it, and for a whole mail, without the time that it waits
   * for others. Without the last one a server that sends a byte from time to time would hold up all other mails.
   */
  timeouts?: { connection: number; socket: number; mail?: number };
}

/** The mail as nodemailer gets it. The plugin below finds `end` in it. */
interface HeldMail extends SendMailOptions {
  readonly end: HeldEnd;
}

/**
 * Sends over a pool of SMTP connections. Mails are transmitted in parallel, but one after the other from the end of the
 * data until `stored`: a process that is killed leaves at most one mail that the server may have accepted and that is
 * not stored as sent. A mail is offered once; retries belong to the notification, which counts them
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
    maxConnections: MAX_CONNECTIONS,
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

  transport.use('stream', (mail, done) => {
    if ('end' in mail.data && mail.data.end instanceof HeldEnd) {
      const { end } = mail.data;
      mail.message.transform(() => end.stream());
    }
    done();
  });
  const connections = pLimit(MAX_CONNECTIONS);
  const oneAtATime = pLimit(1);
  const mailMs = timeouts.mail ?? TIMEOUTS.mail;

  async function transmit(message: MailMessage, stored?: () => Promise<unknown>): Promise<void> {
    const end = new HeldEnd(timeouts.socket / LINES_PER_TIMEOUT);
    const tooLong = new AbortController();
    const inTime = async (work: Promise<unknown>) => {
      const timer = setTimeout(() => tooLong.abort(), mailMs);
      await work.finally(() => clearTimeout(timer));
    };
    const mail: HeldMail = { ...composeMail(message, { from }), end, signal: tooLong.signal };
    const accepted = transport.sendMail(mail).catch((error: unknown) => {
      throw refusalFrom(error);
    });
    await inTime(Promise.race([end.reached, accepted]));
    // Its turn comes when those before it are through, however long they take.
    await oneAtATime(async () => {
      end.release();
      await inTime(accepted);
      await stored?.();
    });
  }

  return {
    // nodemailer would queue what has no connection yet, and that is no part of a mail's time.
    send: async (message, stored) => connections(async () => transmit(message, stored)),

    async close(): Promise<void> {
      transport.close({ force: true });
    },
  };
}
