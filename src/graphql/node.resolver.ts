import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { isId } from '../database/id.js';
import { Authorized } from './access.js';
import { type Context } from './context.js';
import { Node } from './node.js';

function living<Row extends { deletedAt: string | null }>(row: Row | null): Row | null {
  return row?.deletedAt === null ? row : null;
}

/** How each type with a Node's id is found again; a new type adds its line here. */
function candidates({ loaders, readers, viewer }: Context, id: string) {
  return {
    Ticket: loaders.ticketById.load(id),
    Comment: loaders.commentById.load(id),
    User: loaders.userById.load(id).then(living),
    Product: loaders.productById.load(id).then(living),
    Session: viewer === null ? null : readers.sessions.live(viewer.id, id).then(([session]) => session ?? null),
    Notification: loaders.notificationById.load(id),
    Role: loaders.roleById.load(id).then(living),
  };
}

@Resolver()
export class NodeResolver {
  @Authorized()
  @Query(() => Node, { nullable: true, description: 'Anything by its id; null where there is nothing to see.' })
  async node(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
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
}
