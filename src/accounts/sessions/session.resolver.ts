import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type Context } from '../../graphql/context.js';
import { Session } from './session.entity.js';
import { type SessionRow } from './session.reader.js';

@Resolver(() => Session)
export class SessionResolver {
  @FieldResolver(() => Boolean, { description: 'Whether it is the one that asks.' })
  current(@Root() session: SessionRow, @Ctx() { viewer }: Context): boolean {
    return viewer?.sessionId === session.id;
  }
}
