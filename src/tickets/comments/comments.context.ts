import { signedIn } from '../../accounts/accounts.context.js';
import { loaderById, pageLoaders } from '../../graphql/loader.js';
import { type CommentParent, type CommentReader } from './comment.reader.js';
import { type CommentService } from './comment.service.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly comments: CommentService;
  }
  interface Readers {
    readonly comments: CommentReader;
  }
}

export const commentById = loaderById(async (context, ids) => context.readers.comments.byIds(signedIn(context), ids));

/** The same page of the comments of many tickets or authors, by parent. */
export const commentsBy = pageLoaders(async (context, parent: CommentParent, ids, ...page) =>
  context.readers.comments.pagesByParent(signedIn(context), parent, ids, ...page),
);
