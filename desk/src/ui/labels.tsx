import {
  TICKET_PRIORITIES,
  TICKET_STATUSES,
  TICKET_TYPES,
  type TicketPriority,
  type TicketStatus,
  type TicketType,
} from '@docket/client';
import { type ReactNode } from 'react';
import { type Option } from './option.js';
import './labels.css';

const STATUS: Readonly<Record<TicketStatus, string>> = {
  OPEN: 'Open',
  SELECTED_FOR_DEV: 'Selected',
  IN_PROGRESS: 'In progress',
  ON_HOLD: 'On hold',
  DONE: 'Done',
  CLOSED: 'Closed',
};

const PRIORITY: Readonly<Record<TicketPriority, string>> = {
  EMERGENCY: 'Emergency',
  HIGH: 'High',
  MEDIUM: 'Medium',
  LOW: 'Low',
};

const TYPE: Readonly<Record<TicketType, string>> = {
  BUG: 'Problem',
  ENHANCEMENT: 'Improvement',
  FEATURE: 'New feature',
};

/** A value that a newer server has, in words as good as they can be. */
function inWords(value: string): string {
  const words = value.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const statusLabel = (status: string): string => lookUp(STATUS, status);
export const priorityLabel = (priority: string): string => lookUp(PRIORITY, priority);
export const typeLabel = (type: string): string => lookUp(TYPE, type);

function lookUp(labels: Readonly<Record<string, string>>, value: string): string {
  return labels[value] ?? inWords(value);
}

const STATUS_PATHS: Readonly<Record<TicketStatus, ReactNode>> = {
  OPEN: <circle cx="8" cy="8" r="5.5" />,
  SELECTED_FOR_DEV: (
    <>
      <circle cx="8" cy="8" r="5.5" strokeDasharray="2.4 1.92" />
      <circle cx="8" cy="8" r="1.6" className="filled" />
    </>
  ),
  IN_PROGRESS: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path className="filled" d="M8 4.8a3.2 3.2 0 0 1 0 6.4z" />
    </>
  ),
  ON_HOLD: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M6.6 6v4M9.4 6v4" />
    </>
  ),
  DONE: (
    <>
      <circle cx="8" cy="8" r="6.2" className="filled" />
      <path className="mark" d="M5.3 8.2 7.2 10l3.5-3.8" />
    </>
  ),
  CLOSED: (
    <>
      <circle cx="8" cy="8" r="6.2" className="filled" />
      <path className="mark" d="M6 6l4 4M10 6l-4 4" />
    </>
  ),
};

export function StatusIcon({ status }: { status: TicketStatus }) {
  return (
    <svg className="icon status-icon" data-status={status} viewBox="0 0 16 16" aria-hidden="true">
      {STATUS_PATHS[status] ?? STATUS_PATHS.OPEN}
    </svg>
  );
}

const BARS: Readonly<Record<string, number>> = { LOW: 1, MEDIUM: 2, HIGH: 3 };

export function PriorityIcon({ priority }: { priority: TicketPriority }) {
  if (priority === 'EMERGENCY') {
    return (
      <svg className="icon priority-icon" data-priority="EMERGENCY" viewBox="0 0 16 16" aria-hidden="true">
        <rect className="filled" x="1.5" y="1.5" width="13" height="13" rx="3" />
        <path className="mark" d="M8 4.5v4M8 11.3v.1" />
      </svg>
    );
  }
  const bars = BARS[priority] ?? 0;
  return (
    <svg className="icon priority-icon" data-priority={priority} viewBox="0 0 16 16" aria-hidden="true">
      {[0, 1, 2].map((bar) => (
        <rect
          key={bar}
          className={bar < bars ? 'filled' : 'empty'}
          x={2 + bar * 4.5}
          y={9.5 - bar * 3}
          width="3"
          height={4 + bar * 3}
          rx="1"
        />
      ))}
    </svg>
  );
}

export function Status({ status }: { status: TicketStatus }) {
  return (
    <span className="labelled">
      <StatusIcon status={status} />
      {statusLabel(status)}
    </span>
  );
}

export function Priority({ priority }: { priority: TicketPriority }) {
  return (
    <span className="labelled">
      <PriorityIcon priority={priority} />
      {priorityLabel(priority)}
    </span>
  );
}

export const STATUS_OPTIONS: readonly Option<TicketStatus>[] = TICKET_STATUSES.map((id) => ({
  id,
  label: statusLabel(id),
  icon: <StatusIcon status={id} />,
}));

export const PRIORITY_OPTIONS: readonly Option<TicketPriority>[] = TICKET_PRIORITIES.map((id) => ({
  id,
  label: priorityLabel(id),
  icon: <PriorityIcon priority={id} />,
}));

export const TYPE_OPTIONS: readonly Option<TicketType>[] = TICKET_TYPES.map((id) => ({ id, label: typeLabel(id) }));
