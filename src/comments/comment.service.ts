import { LockMode, ref } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { type Viewer } from '../auth/viewer.js';
import { type Clock } from '../clock.js';
import { isId } from '../database/id.js';
import { forbidden, UserErrorCode, userInputError } from '../graphql/errors.js';
import { InputCheck } from '../graphql/input-check.js';
import { type NotificationService } from '../notifications/notification.service.js';
import { TicketEvent, TicketEventKind } from '../tickets/ticket-event.entity.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { canViewTicket, factsOf } from '../tickets/ticket.policy.js';
import { Comment } from './comment.entity.js';
import { type CreateCommentInput } from './comment.inputs.js';
import { canUseInternalComments } from './comment.policy.js';

/** Requirements C19. */
const CONTENT = { most: 10_000 };

export class CommentService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #notifications: NotificationService;

  constructor(deps: { orm: MikroORM; clock: Clock; notifications: NotificationService }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
  }

  /**
   * Writes a comment on a ticket that the viewer may see (requirements 69), and its event. Gives the comment's id.
   * @throws FORBIDDEN for an internal one without canManageTickets; UserInputError for what is wrong with the input
   */
  async create(viewer: Viewer, input: CreateCommentInput): Promise<string> {
    const internal = input.internal ?? false;
    if (internal && !canUseInternalComments(viewer)) throw forbidden('Internal comments need canManageTickets.');
    const { id, owed } = await this.#orm.em.fork().transactional(async (em) => {
      // Locked: a deletion of the ticket waits, so that no comment appears on a deleted one, and so does another
      // comment, so that both are told in one mail.
      const ticket = isId(input.ticketId)
        ? await em.findOne(Ticket, { id: input.ticketId }, { lockMode: LockMode.PESSIMISTIC_WRITE })
        : null;
      if (ticket === null || !canViewTicket(viewer, factsOf(ticket))) {
        throw userInputError(UserErrorCode.NOT_FOUND, 'ticketId', 'There is no ticket with this id.');
      }

      const check = new InputCheck();
      const content = check.text('content', input.content, CONTENT);
      check.done();
      const now = this.#clock.now();
      const comment = em.create(Comment, { content, internal, ticket: ref(ticket), author: viewer.id, createdAt: now });
      em.create(TicketEvent, {
        kind: TicketEventKind.COMMENTED,
        ticket: ref(ticket),
        actor: viewer.id,
        comment: ref(comment),
        createdAt: now,
      });
      return { id: comment.id, owed: await this.#notifications.commented(em, ticket, comment, viewer.id) };
    });
    await this.#notifications.wake(owed);
    return id;
  }
}
