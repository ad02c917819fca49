import { type Mailer } from '../../mail/mailer.js';
import { inChildSpan } from './tracing.js';

/** A mailer whose deliveries are spans. They tell neither to whom nor what: the trace knows the notification's id. */
export function tracedMailer(mailer: Mailer): Mailer {
  return {
    send: async (message, stored) =>
      inChildSpan('SMTP send', 'client', { 'network.protocol.name': 'smtp' }, async () => mailer.send(message, stored)),
    close: async () => mailer.close(),
  };
}
