import { type GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { isId } from '../../common/id.js';
import { DependsOnColumns } from '../../database/depends-on-columns.js';
import { Authorized } from '../../accounts/access.js';
import { ConnectionArgs } from '../../graphql/connection.js';
import { type Context } from '../../graphql/context.js';
import { signedIn, userById } from '../../accounts/accounts.context.js';
import { Direct } from '../../graphql/direct-resolvers.js';
import { selectionOf } from '../../graphql/selection.js';
import { Ticket } from '../ticket.entity.js';
import { User } from '../../accounts/users/user.entity.js';
import { Comment } from './comment.entity.js';
import { CommentFilter, CreateCommentInput, DeleteCommentInput, UpdateCommentInput } from './comment.inputs.js';
import { CreateCommentPayload, DeleteCommentPayload, UpdateCommentPayload } from './comment.payloads.js';
import { canDeleteComment, canEditComment } from './comment.policy.js';
import { type CommentRow } from './comment.reader.js';
import { CommentConnection } from './comment.types.js';
import { ticketById } from '../tickets.context.js';
import { commentById } from './comments.context.js';

@ArgsType()
class CommentsArgs extends ConnectionArgs {
  @Field(() => CommentFilter, { nullable: true })
  filter?: CommentFilter | null;
}

@Resolver(() => Comment)
export class CommentResolver {
  @Authorized()
  @Query(() => Comment, { nullable: true, description: 'Null when there is none, or the viewer may not see it.' })
  async comment(@Ctx() context: Context, @Arg('id', () => ID, { description: "The comment's." }) id: string) {
    return isId(id) ? commentById(context).load(id.toLowerCase()) : null;
  }

  @Authorized()
  @Query(() => CommentConnection, { description: 'On all tickets that the viewer may see, oldest first.' })
  async comments(
    @Ctx() context: Context,
    @Args(() => CommentsArgs) args: CommentsArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    return context.readers.comments.page(signedIn(context), args, selectionOf(info));
  }

  @Authorized()
  @Mutation(() => CreateCommentPayload, {
    description:
      'On a ticket that the viewer may see. An internal comment needs canManageTickets. The public comment of a creator ' +
      'who is not the assignee sets a ticket that is ON_HOLD or DONE to IN_PROGRESS, or to OPEN without an assignee.',
  })
  async createComment(@Ctx() context: Context, @Arg('input', () => CreateCommentInput) input: CreateCommentInput) {
    return { commentId: await context.services.comments.create(signedIn(context), input) };
  }

  @Authorized()
  @Mutation(() => UpdateCommentPayload, { description: 'The author or canEditAll. Needs the edit bit.' })
  async updateComment(@Ctx() context: Context, @Arg('input', () => UpdateCommentInput) input: UpdateCommentInput) {
    return { commentId: await context.services.comments.update(signedIn(context), input) };
  }

  @Authorized()
  @Mutation(() => DeleteCommentPayload, { description: 'The author or canDeleteAll. Needs the delete bit.' })
  async deleteComment(@Ctx() context: Context, @Arg('input', () => DeleteCommentInput) input: DeleteCommentInput) {
    return { deletedCommentId: await context.services.comments.delete(signedIn(context), input.id) };
  }

  @Direct()
  @FieldResolver(() => Ticket, { description: 'What it was said about.' })
  ticket(@Root() comment: CommentRow, @Ctx() context: Context) {
    return comment.ticket ?? ticketById(context).load(comment.ticketId);
  }

  @Direct()
  @FieldResolver(() => User, { description: 'Who wrote it; still named once the account is deleted.' })
  author(@Root() comment: CommentRow, @Ctx() context: Context) {
    return comment.author ?? userById(context).load(comment.authorId);
  }

  @DependsOnColumns(Comment, 'authorId')
  @Direct()
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may change its text.' })
  viewerCanEdit(@Root() comment: CommentRow, @Ctx() context: Context): boolean {
    return canEditComment(signedIn(context), comment);
  }

  @DependsOnColumns(Comment, 'authorId')
  @Direct()
  @FieldResolver(() => Boolean, { description: 'Whether the viewer may delete it.' })
  viewerCanDelete(@Root() comment: CommentRow, @Ctx() context: Context): boolean {
    return canDeleteComment(signedIn(context), comment);
  }
}
