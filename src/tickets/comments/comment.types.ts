import { connectionTypes } from '../../graphql/connection-types.js';
import { Comment } from './comment.entity.js';

export const { Edge: CommentEdge, Connection: CommentConnection } = connectionTypes('Comment', () => Comment);
