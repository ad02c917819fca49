import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerError, type SMTPServerSession } from 'smtp-server';

/** A mail as the server got it: the parsed message, its bytes, and whom the envelope names. */
interface ReceivedMail extends Email {
  raw: string;
  envelopeFrom: string;
  envelopeTo: string[];
}

export interface SmtpTestServer {
  port: number;
  mails: ReceivedMail[];
  /** Resolves when that many mails have come in all. */
  waitForMails(count: number): Promise<ReceivedMail[]>;
  /**
   * From now on every message, or every one to this address, is answered with this code after DATA; undefined accepts
   * them again.
   */
  failWith(code: number | undefined, text?: string, onlyTo?: string): void;
  /** From now on this address is refused in answer to RCPT. */
  refuseRecipient(recipient: string): void;
  close(): Promise<void>;
}

/** A pool that a failed test left open must not hold up the tests after it. */
const CLOSE_TIMEOUT_MS = 200;

/** A real SMTP server in this process, on a free port of the loopback interface, without TLS and sign-in. */
export async function startSmtpServer(): Promise<SmtpTestServer> {
  const mails: ReceivedMail[] = [];
  const waiters = new Set<() => void>();
  let refusal: SMTPServerError | undefined;
  let refusedOnly: string | undefined;
  const unknown = new Set<string>();

  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: CLOSE_TIMEOUT_MS,
    logger: false,
    onRcptTo({ address }, _session, done) {
      done(unknown.has(address) ? Object.assign(new Error('unknown'), { responseCode: 550 }) : null);
    },
    onData: callbackify(async (stream: SMTPServerDataStream, session: SMTPServerSession) => {
      const raw = await buffer(stream);
      const { mailFrom, rcptTo } = session.envelope;
      const concerned = refusedOnly === undefined || rcptTo.some(({ address }) => address === refusedOnly);
      if (refusal !== undefined && concerned) throw refusal;
      mails.push({
        ...(await PostalMime.parse(raw)),
        raw: raw.toString(),
        envelopeFrom: mailFrom === false ? '' : mailFrom.address,
        envelopeTo: rcptTo.map(({ address }) => address),
      });
      for (const wake of waiters) wake();
      return 'accepted';
    }),
  });
  // A client that is cut off, as tests do, is no failure of the server.
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the SMTP test server has no port');

  return {
    port: address.port,
    mails,
    async waitForMails(count) {
      while (mails.length < count) {
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiters.delete(wake);
            resolve();
          };
          waiters.add(wake);
        });
      }
      return mails;
    },
    failWith(code, text = 'the test server refuses', onlyTo) {
      refusedOnly = onlyTo;
      refusal = code === undefined ? undefined : Object.assign(new Error(text), { responseCode: code });
    },
    refuseRecipient(recipient) {
      unknown.add(recipient);
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
