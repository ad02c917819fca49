import { type FastifyInstance } from 'fastify';
import { explorerOnTicket, explorerOnTickets, ticketNumber } from './ticket-link.js';

interface RedirectOptions {
  /** Where tickets are shown instead of in the explorer; not this server itself. */
  readonly frontEndUrl?: string | undefined;
}

/**
 * /tickets and /tickets/:number where this server has no desk: they lead to the front end, or to the explorer opened on the
 * viewer's tickets or on that one. Links in mails that went out before a front end came lead on to it.
 */
export async function ticketRedirects(app: FastifyInstance, { frontEndUrl }: RedirectOptions): Promise<void> {
  app.get('/tickets', async (_request, reply) =>
    reply.redirect(frontEndUrl === undefined ? explorerOnTickets() : `${frontEndUrl}/tickets`),
  );
  app.get<{ Params: { number: string } }>('/tickets/:number', async (request, reply) => {
    const number = ticketNumber(request.params.number);
    if (number === null) return reply.callNotFound();
    return reply.redirect(frontEndUrl === undefined ? explorerOnTicket(number) : `${frontEndUrl}/tickets/${number}`);
  });
}
