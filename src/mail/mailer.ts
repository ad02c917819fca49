/** One mail to one person. Texts may come from users: the mailers keep them from adding headers or recipients. */
export interface MailMessage {
  /** Without angle brackets; sending again with the same id is the same mail. */
  messageId: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  headers?: Record<string, string>;
  thread?: MailThread;
}

/** The mails of one conversation; ids are without angle brackets. */
export interface MailThread {
  /** The same for all of them; no mail needs to have it as its Message-ID. */
  readonly root: string;
  /** The Message-ID of the last one to the same person. Null for the first. */
  readonly previous: string | null;
}

/** Hands mails over, to an SMTP server or to a folder. */
export interface Mailer {
  /**
   * Resolves when the mail has been taken over; throws MailRefusedError when it has not.
   * @param stored is called once the mail has been taken over, and stores that. No other mail of this process is taken
   * over before it has ended. `send` throws what it throws.
   */
  send(message: MailMessage, stored?: () => Promise<unknown>): Promise<void>;
  /** Ends all connections, also one on which a mail is under way: what was not taken over by then is not sent. */
  close(): Promise<void>;
}

/**
 * The mail was not taken over. The error has no `cause`, as a log would print the addresses in it. Its message is safe
 * to store and to show: it holds no e-mail address and no secret, and has at most 200 characters.
 */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError';
  /** True when sending the same mail again would be refused again. */
  readonly permanent: boolean;

  constructor(reason: string, { permanent }: { permanent: boolean }) {
    super(reason);
    this.permanent = permanent;
  }
}
