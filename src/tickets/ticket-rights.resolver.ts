import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { signedIn } from '../accounts/accounts.context.js';
import { DependsOnColumns } from '../database/depends-on-columns.js';
import { type Context } from '../graphql/context.js';
import { Direct } from '../graphql/direct-resolvers.js';
import { canUseInternalComments } from './comments/comment.policy.js';
import { Ticket } from './ticket.entity.js';
import {
  canAssignTicket,
  canChangeStatus,
  canCommentOn,
  canDeleteTicket,
  canEditTicket,
  canRestoreTicket,
  factsOfRow,
} from './ticket.policy.js';
import { type TicketRow } from './ticket.reader.js';

/** What the viewer's mutations of a ticket would do, by the same policies. */
@Resolver(() => Ticket)
export class TicketRightsResolver {
  @DependsOnColumns(Ticket, 'createdById', 'assignedToId', 'deletedAt')
  @Direct()
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may change its texts, type, priority and product.' })
  viewerCanEdit(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canEditTicket(signedIn(context), factsOfRow(ticket));
  }

  @DependsOnColumns(Ticket, 'createdById', 'assignedToId', 'deletedAt')
  @Direct()
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may change its status.' })
  viewerCanChangeStatus(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canChangeStatus(signedIn(context), factsOfRow(ticket));
  }

  @DependsOnColumns(Ticket, 'createdById', 'assignedToId', 'deletedAt')
  @Direct()
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may change who it is assigned to.' })
  viewerCanAssign(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canAssignTicket(signedIn(context), factsOfRow(ticket));
  }

  @DependsOnColumns(Ticket, 'createdById', 'assignedToId', 'deletedAt')
  @Direct()
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may comment on it.' })
  viewerCanComment(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canCommentOn(signedIn(context), factsOfRow(ticket));
  }

  @DependsOnColumns(Ticket, 'createdById', 'assignedToId', 'deletedAt')
  @Direct()
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may write internal comments on it.' })
  viewerCanCommentInternally(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    const viewer = signedIn(context);
    return canUseInternalComments(viewer) && canCommentOn(viewer, factsOfRow(ticket));
  }

  @DependsOnColumns(Ticket, 'createdById', 'assignedToId', 'deletedAt')
  @Direct()
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may delete it.' })
  viewerCanDelete(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canDeleteTicket(signedIn(context), factsOfRow(ticket));
  }

  @DependsOnColumns(Ticket, 'createdById', 'assignedToId', 'deletedAt')
  @Direct()
  @FieldResolver(() => Boolean, {
    description: 'Whether restoreTicket would bring it back for the viewer: false for a ticket that is not deleted.',
  })
  viewerCanRestore(@Root() ticket: TicketRow, @Ctx() context: Context): boolean {
    return canRestoreTicket(signedIn(context), factsOfRow(ticket));
  }
}
