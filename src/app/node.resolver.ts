import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { isId } from '../common/id.js';
import { Authorized } from '../accounts/access.js';
import { type Context } from '../graphql/context.js';
import { BadInputError } from '../common/errors.js';
import { ListSize } from '../graphql/list-size.js';
import { Node } from '../graphql/node.js';
import { userById, roleById, sessionById } from '../accounts/accounts.context.js';
import { productById } from '../products/products.context.js';
import { ticketById, ticketEventById } from '../tickets/tickets.context.js';
import { commentById } from '../tickets/comments/comments.context.js';
import { notificationById } from '../notifications/notifications.context.js';

function living<Row extends { deletedAt: string | null }>(row: Row | null): Row | null {
  return row?.deletedAt === null ? row : null;
}

/** Loaders of the types that implement Node; a new type adds a line. */
function candidates(context: Context, id: string) {
  return {
    Ticket: ticketById(context).load(id),
    Comment: commentById(context).load(id),
    User: userById(context).load(id).then(living),
    Product: productById(context).load(id).then(living),
    Session: sessionById(context).load(id),
    Notification: notificationById(context).load(id),
    TicketEvent: ticketEventById(context).load(id),
    Role: roleById(context).load(id).then(living),
  };
}

/** The most ids that `nodes` takes. */
const MAX_IDS = 100;

async function find(context: Context, id: string) {
  if (!isId(id)) return null;
  // All at once: a rejection that nobody awaits yet would end the process.
  const rows = await Promise.all(
    Object.entries(candidates(context, id.toLowerCase())).map(
      async ([__typename, found]) => [__typename, await found] as const,
    ),
  );
  for (const [__typename, row] of rows) if (row !== null) return { ...row, __typename };
  return null;
}

@Resolver()
export class NodeResolver {
  @Authorized()
  @Query(() => Node, { nullable: true, description: 'Anything by its id; null where there is nothing to see.' })
  async node(@Ctx() context: Context, @Arg('id', () => ID, { description: 'Of anything that is a Node.' }) id: string) {
    return find(context, id);
  }

  @Authorized()
  @ListSize('ids')
  @Query(() => [Node], {
    nullable: 'items',
    description: `In the order asked for, null where there is nothing to see; at most ${MAX_IDS}.`,
  })
  async nodes(
    @Ctx() context: Context,
    @Arg('ids', () => [ID], { description: 'At most 100; an id that is given twice is answered twice.' })
    ids: string[],
  ) {
    if (ids.length > MAX_IDS) throw new BadInputError(`At most ${MAX_IDS} ids at once, not ${ids.length}.`);
    return Promise.all(ids.map(async (id) => find(context, id)));
  }
}
