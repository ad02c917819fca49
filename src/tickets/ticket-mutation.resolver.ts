import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Authorized } from '../accounts/access.js';
import { type Context } from '../graphql/context.js';
import { signedIn } from '../accounts/accounts.context.js';
import {
  MarkDuplicateInput,
  RestoreTicketInput,
  UnmarkDuplicateInput,
  UpdateTicketsInput,
} from './ticket-change.inputs.js';
import { CreateTicketInput, DeleteTicketInput, UpdateTicketInput } from './ticket.inputs.js';
import {
  CreateTicketPayload,
  DeleteTicketPayload,
  MarkDuplicatePayload,
  RestoreTicketPayload,
  ticketPayload,
  UnmarkDuplicatePayload,
  UpdateTicketPayload,
  UpdateTicketsPayload,
} from './ticket.payloads.js';

@Resolver()
export class TicketMutationResolver {
  @Authorized()
  @Mutation(() => CreateTicketPayload, {
    description: 'Needs the create bit. A mail goes to the assignee after the delay.',
  })
  async createTicket(@Ctx() context: Context, @Arg('input', () => CreateTicketInput) input: CreateTicketInput) {
    return ticketPayload(await context.services.tickets.create(signedIn(context), input));
  }

  @Authorized()
  @Mutation(() => UpdateTicketPayload, {
    description:
      'The creator or canEditAll; status also for the assignee and canManageTickets, assignedTo also for ' +
      'canAssignTickets. A field the viewer may not change is FORBIDDEN, never skipped. Needs the edit bit.',
  })
  async updateTicket(@Ctx() context: Context, @Arg('input', () => UpdateTicketInput) input: UpdateTicketInput) {
    return ticketPayload(await context.services.tickets.update(signedIn(context), input));
  }

  @Authorized()
  @Mutation(() => DeleteTicketPayload, { description: 'The creator or canDeleteAll. Needs the delete bit.' })
  async deleteTicket(@Ctx() context: Context, @Arg('input', () => DeleteTicketInput) input: DeleteTicketInput) {
    return { ticketId: await context.services.tickets.delete(signedIn(context), input.id) };
  }

  @Authorized('canDeleteAll')
  @Mutation(() => RestoreTicketPayload, {
    description:
      'Needs canDeleteAll, and the delete bit. The comments come back with it; a product or assignee that was deleted ' +
      'meanwhile is taken out.',
  })
  async restoreTicket(@Ctx() context: Context, @Arg('input', () => RestoreTicketInput) input: RestoreTicketInput) {
    return { ticketId: await context.services.tickets.restore(signedIn(context), input.id) };
  }

  @Authorized()
  @Mutation(() => MarkDuplicatePayload, {
    description:
      'Links, never merges; the link can be taken away again. Needs the right to edit the ticket. CONFLICT when the ' +
      'original is a duplicate itself, or the ticket has duplicates: there are no chains.',
  })
  async markDuplicate(@Ctx() context: Context, @Arg('input', () => MarkDuplicateInput) input: MarkDuplicateInput) {
    return { ticketId: await context.services.ticketDuplicates.mark(signedIn(context), input) };
  }

  @Authorized()
  @Mutation(() => UnmarkDuplicatePayload, {
    description: 'Takes the link away; the status stays as it is. Needs the right to edit the ticket.',
  })
  async unmarkDuplicate(
    @Ctx() context: Context,
    @Arg('input', () => UnmarkDuplicateInput) input: UnmarkDuplicateInput,
  ) {
    return { ticketId: await context.services.ticketDuplicates.unmark(signedIn(context), input.ticketId) };
  }

  @Authorized()
  @Mutation(() => UpdateTicketsPayload, {
    description: 'All or nothing, at most 100 tickets. The rights are those of updateTicket, for each of them.',
  })
  async updateTickets(@Ctx() context: Context, @Arg('input', () => UpdateTicketsInput) input: UpdateTicketsInput) {
    return { ticketIds: await context.services.tickets.updateAll(signedIn(context), input) };
  }
}
