import { type GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Int, Resolver, Root } from 'type-graphql';
import { signedIn } from '../accounts/accounts.context.js';
import { DependsOnColumns } from '../database/depends-on-columns.js';
import { type Context } from '../graphql/context.js';
import { Direct } from '../graphql/direct-resolvers.js';
import { DateTime } from '../graphql/scalars.js';
import { type Selection, selectionOf } from '../graphql/selection.js';
import { Comment } from './comments/comment.entity.js';
import { canUseInternalComments } from './comments/comment.policy.js';
import { type CommentRow } from './comments/comment.reader.js';
import { commentsBy } from './comments/comments.context.js';
import { Ticket } from './ticket.entity.js';
import { canViewTicket, factsOfRow } from './ticket.policy.js';
import { type TicketRow } from './ticket.reader.js';

const LAST = { last: 1 };

const pageSelections = new WeakMap<Selection, Selection>();

/** The selection of a page of comments whose nodes have this selection. */
function asPage(nodes: Selection): Selection {
  const known = pageSelections.get(nodes) ?? new Map([['nodes', nodes]]);
  pageSelections.set(nodes, known);
  return known;
}

function onlyOne({ nodes }: { readonly nodes: readonly CommentRow[] }): CommentRow | null {
  return nodes[0] ?? null;
}

/** What the viewer may read of a ticket's comments: those of a ticket that is deleted or hidden are hidden with it. */
@Resolver(() => Ticket)
export class TicketActivityResolver {
  @DependsOnColumns(Ticket, 'commentCount', 'internalCommentCount', 'createdById', 'assignedToId', 'deletedAt')
  @Direct()
  @FieldResolver(() => Int, { description: 'How many comments the viewer may read.' })
  commentCount(@Root() ticket: TicketRow, @Ctx() context: Context): number {
    const viewer = signedIn(context);
    if (!canViewTicket(viewer, factsOfRow(ticket))) return 0;
    return ticket.commentCount + (canUseInternalComments(viewer) ? ticket.internalCommentCount : 0);
  }

  @DependsOnColumns(
    Ticket,
    'createdAt',
    'updatedAt',
    'lastActivityAt',
    'lastInternalActivityAt',
    'createdById',
    'assignedToId',
    'deletedAt',
  )
  @Direct()
  @FieldResolver(() => DateTime, {
    description: 'When it was created, last changed or last commented on, as far as the viewer may read the comments.',
  })
  lastActivityAt(@Root() ticket: TicketRow, @Ctx() context: Context): string {
    const viewer = signedIn(context);
    const { createdAt, updatedAt } = ticket;
    if (!canViewTicket(viewer, factsOfRow(ticket)))
      return updatedAt !== null && updatedAt > createdAt ? updatedAt : createdAt;
    return canUseInternalComments(viewer) ? ticket.lastInternalActivityAt : ticket.lastActivityAt;
  }

  @DependsOnColumns(Ticket)
  @Direct()
  @FieldResolver(() => Comment, { nullable: true, description: 'The newest comment that the viewer may read.' })
  lastComment(@Root() ticket: { id: string }, @Ctx() context: Context, @Info() info: GraphQLResolveInfo) {
    return commentsBy(context, 'ticket', LAST, asPage(selectionOf(info)))
      .load(ticket.id)
      .then(onlyOne);
  }
}
