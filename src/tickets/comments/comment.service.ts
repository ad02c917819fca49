import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Viewer } from '../../accounts/viewer.js';
import { type Clock } from '../../common/clock.js';
import { isId } from '../../common/id.js';
import { ForbiddenError } from '../../common/errors.js';
import { UserErrorCode, userInputError } from '../../common/user-errors.js';
import { InputCheck } from '../../common/input-check.js';
import { type TicketTransaction } from '../ticket-transaction.js';
import { canViewTicket, factsOf } from '../ticket.policy.js';
import { checkMayNotify, noSuchTicket } from '../ticket-rights.js';
import { isAwaitedReply, needsLiveAssignee, reopenOnReply } from '../reply.commands.js';
import { lockAssignee, lockAssigneesOf } from '../ticket-references.js';
import { findMentions } from '../mentions/find-mentions.js';
import { type TicketSnapshot } from '../ticket-write.js';
import { commentOn, editComment } from '../ticket.commands.js';
import { lockVisible } from '../ticket.service.js';
import { visibleTickets } from '../ticket-visibility.js';
import { type TicketStore } from '../ticket.store.js';
import { Comment } from './comment.entity.js';
import { type CreateCommentInput, type UpdateCommentInput } from './comment.inputs.js';
import { canDeleteComment, canEditComment, canUseInternalComments } from './comment.policy.js';

const CONTENT = { most: 10_000 };

function checkContent(content: string): string {
  const check = new InputCheck();
  const stored = check.text('content', content, CONTENT);
  check.done();
  return stored;
}

function idInUse() {
  return userInputError(UserErrorCode.CONFLICT, 'id', 'This id is in use. Choose another one.');
}

/** Writes, changes and deletes comments: one transaction each. Gives the comment's id. */
export class CommentService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #ticketStore: TicketStore;
  readonly #reopensOnReply: boolean;

  constructor(deps: { orm: MikroORM; clock: Clock; ticketStore: TicketStore; reopensOnReply: boolean }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#ticketStore = deps.ticketStore;
    this.#reopensOnReply = deps.reopensOnReply;
  }

  /**
   * Writes a comment on a ticket that the viewer may see, and its event. Idempotent with an id of the client's own: a
   * repeated call returns the first comment and writes nothing. The requester's answer sets a ticket that is on hold or
   * done back to work (docs/behaviour.md, "Waiting for the requester").
   * @throws FORBIDDEN for an internal or a silent one without canManageTickets; UserInputError for what is wrong with
   * the input
   */
  async create(viewer: Viewer, input: CreateCommentInput): Promise<string> {
    const internal = input.internal ?? false;
    if (internal && !canUseInternalComments(viewer))
      throw new ForbiddenError('Internal comments need canManageTickets.');
    checkMayNotify(viewer, input.notify);
    try {
      return await this.#ticketStore.transaction(async (tx) => this.#write(tx, viewer, input, internal));
    } catch (error) {
      if (input.id == null || !(error instanceof UniqueConstraintViolationException)) throw error;
      // A concurrent call used the same id on another ticket.
      const earlier = await this.#earlierCall(this.#orm.em.fork(), viewer, input.id);
      if (earlier === null) throw idInUse();
      return earlier;
    }
  }

  async #write(tx: TicketTransaction, viewer: Viewer, input: CreateCommentInput, internal: boolean): Promise<string> {
    if (this.#reopensOnReply && !internal) {
      // Of the statuses that a reply reopens only DONE is inactive: only there may the assignee's account be deleted.
      const mayReopen = sql<boolean>`t.created_by_id = ${viewer.id} and t.status = 'DONE' and ${visibleTickets(viewer, 't')}`;
      await lockAssigneesOf(tx.run, [input.ticketId], mayReopen);
    }
    const [snapshot] = await lockVisible(tx, viewer, [input.ticketId]);
    if (!snapshot) throw noSuchTicket('ticketId');
    if (input.id != null) {
      const earlier = await this.#earlierCall(tx.em, viewer, input.id);
      if (earlier !== null) return earlier;
    }
    const now = this.#clock.now();
    const comment = tx.em.create(Comment, {
      ...(input.id != null && { id: input.id.toLowerCase() }),
      content: checkContent(input.content),
      internal,
      ticket: snapshot.ticket.id,
      author: viewer.id,
      createdAt: now,
    });
    await tx.em.flush();
    const at = now.toISOString();
    const notify = input.notify ?? true;
    const { ticket } = snapshot;
    const isReply = this.#reopensOnReply && isAwaitedReply(viewer, ticket, comment);
    const live = isReply && needsLiveAssignee(ticket) ? await lockAssignee(tx.run, ticket) : undefined;
    const reopening = isReply ? reopenOnReply(snapshot, live, { at, notified: notify }) : null;
    const { id } = comment;
    const naming = await findMentions(tx.run, comment.content, null, viewer.id);
    await tx.save([commentOn(viewer, snapshot, { id, internal, notify }, at, reopening?.event?.changes, naming)]);
    // A statement of its own, as each writes one event a ticket. The comment's comes first in the history.
    await tx.save([reopening]);
    return id;
  }

  /**
   * The comment that the viewer wrote with this id before; null when there is none. Another person's, and one that the
   * viewer may not see any more, is a CONFLICT that reveals nothing about it.
   */
  async #earlierCall(em: EntityManager, viewer: Viewer, id: string): Promise<string | null> {
    if (!isId(id)) throw userInputError(UserErrorCode.INVALID, 'id', 'An id of your own must be a UUID.');
    const comment = await em.findOne(Comment, { id }, { populate: ['ticket'] });
    if (comment === null) return null;
    const isHidden = comment.deletedAt !== null || (comment.internal && !canUseInternalComments(viewer));
    if (isHidden || comment.author.id !== viewer.id || !canViewTicket(viewer, factsOf(comment.ticket.$))) {
      throw idInUse();
    }
    return comment.id;
  }

  /** @throws FORBIDDEN unless the viewer wrote it or has canEditAll; UserInputError for what is wrong with the input */
  async update(viewer: Viewer, input: UpdateCommentInput): Promise<string> {
    await this.#ticketStore.transaction(async (tx) => {
      const { comment, snapshot } = await this.#locked(tx, viewer, input.id);
      if (!canEditComment(viewer, { authorId: comment.author.id }))
        throw new ForbiddenError('You may not edit this comment.');
      const content = checkContent(input.content);
      if (content === comment.content) return;
      const naming = await findMentions(tx.run, content, comment.content, viewer.id);
      const now = this.#clock.now();
      comment.content = content;
      comment.updatedAt = now;
      await tx.em.flush();
      if (naming) await tx.save([editComment(viewer, snapshot, comment, now.toISOString(), naming)]);
    });
    return input.id.toLowerCase();
  }

  /**
   * Soft delete: absent from every read. Its COMMENTED event stays in the history.
   * @throws FORBIDDEN unless the viewer wrote it or has canDeleteAll; UserInputError NOT_FOUND
   */
  async delete(viewer: Viewer, id: string): Promise<string> {
    await this.#ticketStore.transaction(async (tx) => {
      const { comment } = await this.#locked(tx, viewer, id);
      if (!canDeleteComment(viewer, { authorId: comment.author.id })) {
        throw new ForbiddenError('You may not delete this comment.');
      }
      comment.deletedAt = this.#clock.now();
    });
    return id.toLowerCase();
  }

  /**
   * A comment that the viewer may see, locked after its ticket: everything that locks both does so in this order. The
   * lock makes a deletion of the ticket wait, so that no comment of a deleted ticket changes.
   */
  async #locked(
    tx: TicketTransaction,
    viewer: Viewer,
    id: string,
  ): Promise<{ comment: Comment; snapshot: TicketSnapshot }> {
    const { em } = tx;
    const found = isId(id) ? await em.findOne(Comment, { id }) : null;
    const [snapshot] = found ? await lockVisible(tx, viewer, [found.ticket.id]) : [];
    const comment =
      snapshot && (await em.findOne(Comment, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true }));
    if (!snapshot || !comment || comment.deletedAt !== null || (comment.internal && !canUseInternalComments(viewer))) {
      throw userInputError(UserErrorCode.NOT_FOUND, 'id', 'There is no comment with this id.');
    }
    return { comment, snapshot };
  }
}
