import { createUnionType } from 'type-graphql';
import { connectionTypes } from '../../graphql/connection-types.js';
import { Comment } from '../comments/comment.entity.js';
import { TicketEvent } from '../ticket-event.entity.js';

/** Its rows know their type; see `useTypeNames`. */
export const TimelineItem = createUnionType({
  name: 'TimelineItem',
  description: 'A comment on a ticket, or something else that happened to it.',
  types: () => [Comment, TicketEvent] as const,
});

export const { Edge: TimelineEdge, Connection: TimelineConnection } = connectionTypes('Timeline', () => TimelineItem, {
  what: 'A comment or event',
});
