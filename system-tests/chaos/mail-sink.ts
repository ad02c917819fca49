import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

export interface SunkMail {
  readonly messageId: string;
  readonly to: string;
  /** Of the ticket that it is about; null for a mail about several, and for digests. */
  readonly ticketId: string | null;
  /** The words of a chaos run that stand in it. */
  readonly words: readonly string[];
  /** When the worker began to hand it over, and when it was taken; milliseconds since 1970. */
  readonly begunAt: number;
  readonly takenAt: number;
}

/**
 * An SMTP server that takes everything and remembers when it came.
 * @param acceptMs how long it takes from the end of the data to its answer: a kill finds mails on their way
 */
export async function startMailSink(acceptMs: number) {
  const mails: SunkMail[] = [];
  const begun = new Map<string, number>();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 200,
    logger: false,
    onMailFrom(_address, session, done) {
      begun.set(session.id, Date.now());
      done();
    },
    onData: callbackify(async (stream: SMTPServerDataStream, session: SMTPServerSession) => {
      const mail = await PostalMime.parse(await buffer(stream));
      const messageId = mail.messageId?.replace(/^<|>$/g, '') ?? '';
      const [, ticketId = null] = /<ticket\.([^@>]+)@/.exec(mail.references ?? '') ?? [];
      const words = [...new Set(`${mail.text} ${mail.html}`.match(/\bword[0-9a-f]{12}\b/g))];
      await delay(acceptMs);
      const takenAt = Date.now();
      const begunAt = begun.get(session.id) ?? takenAt;
      for (const { address } of session.envelope.rcptTo)
        mails.push({ messageId, to: address, ticketId, words, begunAt, takenAt });
      return 'taken';
    }),
  });
  // Workers are killed while they speak.
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('The SMTP server has no port');
  return { port: address.port, mails, close: async () => new Promise<void>((resolve) => server.close(resolve)) };
}
