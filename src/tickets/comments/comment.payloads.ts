import { Ctx, Field, ID, ObjectType } from 'type-graphql';
import { type Context } from '../../graphql/context.js';
import { Payload } from '../../graphql/payload.js';
import { Comment } from './comment.entity.js';
import { chronologicalEdge } from './comment.reader.js';
import { commentItem, timelineEdge } from '../timeline/timeline.reader.js';
import { TimelineEdge } from '../timeline/timeline.types.js';
import { CommentEdge } from './comment.types.js';
import { commentById } from './comments.context.js';

/** The comment is read again, once, only when the client asks for it. */
@ObjectType()
abstract class CommentPayload extends Payload {
  commentId?: string;

  @Field(() => Comment, { nullable: true, description: 'Null when there were userErrors.' })
  async comment(@Ctx() context: Context) {
    return this.commentId === undefined ? null : commentById(context).load(this.commentId);
  }
}

@ObjectType({ description: 'What createComment answers.' })
export class CreateCommentPayload extends CommentPayload {
  @Field(() => CommentEdge, { nullable: true, description: "The comment's place in its ticket's comments." })
  async commentEdge(@Ctx() context: Context) {
    const comment = this.commentId === undefined ? null : await commentById(context).load(this.commentId);
    return comment && chronologicalEdge(comment);
  }

  @Field(() => TimelineEdge, { nullable: true, description: "The comment's place in its ticket's timeline." })
  async timelineEdge(@Ctx() context: Context) {
    const comment = this.commentId === undefined ? null : await commentById(context).load(this.commentId);
    return comment && timelineEdge(commentItem(comment));
  }
}

@ObjectType({ description: 'What updateComment answers.' })
export class UpdateCommentPayload extends CommentPayload {}

@ObjectType({ description: 'What deleteComment answers.' })
export class DeleteCommentPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'Null when there were userErrors.' })
  deletedCommentId?: string;
}
