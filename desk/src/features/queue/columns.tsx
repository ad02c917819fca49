import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { type QueueRowFragment } from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { Icon } from '../../ui/icon.js';
import { PriorityIcon, priorityLabel, Status } from '../../ui/labels.js';
import { Time } from '../../ui/time.js';

// What the columns show, for the code generator alone. To add a column: its fields here, and an entry below.
void (
  /* GraphQL */ `
    fragment QueueRow on Ticket {
      number
      title
      status
      priority
      lastActivityAt
      commentCount
      lastComment {
        id
        author {
          ...PersonName
        }
      }
      createdBy {
        ...PersonName
      }
      assignedTo {
        ...PersonName
      }
      product {
        ...ProductName
      }
    }
  `
);

interface Column {
  readonly id: string;
  readonly label: string;
  /** Too narrow for its label, which only screen readers have then. */
  readonly narrow?: true;
  /** Shows only on screens that have room for it; the others show on phones too, in lines below the title. */
  readonly room?: 'tablet' | 'wide';
  /** A track of CSS Grid. */
  readonly width: string;
  readonly cell: (ticket: QueueRowFragment) => ReactNode;
}

export const COLUMNS: readonly Column[] = [
  {
    id: 'priority',
    label: 'Priority',
    narrow: true,
    width: '28px',
    cell: ({ priority }) => (
      <span title={priorityLabel(priority)}>
        <PriorityIcon priority={priority} />
        <span className="visually-hidden">{priorityLabel(priority)}</span>
      </span>
    ),
  },
  { id: 'number', label: 'Number', width: '64px', cell: ({ number }) => `#${number}` },
  {
    id: 'title',
    label: 'Title',
    width: 'minmax(0, 1fr)',
    cell: ({ number, title }) => (
      <Link href={`/tickets/${number}`} className="row-link" dir="auto">
        {title}
      </Link>
    ),
  },
  {
    id: 'comments',
    label: 'Comments',
    narrow: true,
    width: '40px',
    cell: ({ commentCount, lastComment }) =>
      commentCount > 0 && (
        <span className="comment-count" title={lastComment ? `Last by ${lastComment.author.name}` : undefined}>
          <Icon name="comment" />
          {commentCount}
          <span className="visually-hidden"> comments</span>
        </span>
      ),
  },
  {
    id: 'product',
    label: 'Product',
    room: 'tablet',
    width: 'minmax(0, 8rem)',
    cell: ({ product }) => product?.name,
  },
  { id: 'status', label: 'Status', width: '7.5rem', cell: ({ status }) => <Status status={status} /> },
  {
    id: 'requester',
    label: 'Reported by',
    room: 'wide',
    width: 'minmax(0, 8rem)',
    cell: ({ createdBy }) => createdBy.name,
  },
  {
    id: 'assignee',
    label: 'Assigned to',
    narrow: true,
    width: '28px',
    cell: ({ assignedTo }) =>
      assignedTo ? <Avatar name={assignedTo.name} titled /> : <span className="avatar none" title="Unassigned" />,
  },
  {
    id: 'updated',
    label: 'Last activity',
    width: '5.5rem',
    cell: ({ lastActivityAt }) => <Time at={lastActivityAt} />,
  },
];
