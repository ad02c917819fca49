import { type Preset } from './preset.js';

/** "Export as CSV" of issues, and the REST API's list, which calls an issue's number in its project iid. */
export const GITLAB: Preset = {
  columns: {
    id: ['URL', 'web_url', 'Issue ID', 'iid', 'id'],
    title: ['Title'],
    description: ['Description'],
    type: ['issue_type', 'type'],
    status: ['State'],
    labels: ['Labels'],
    createdBy: ['Author Username', 'Author'],
    assignedTo: ['Assignee Username', 'Assignee', 'assignees'],
    createdAt: ['Created At (UTC)', 'created_at'],
    updatedAt: ['Updated At (UTC)', 'updated_at'],
    closedAt: ['Closed At (UTC)', 'closed_at'],
    comments: ['notes'],
  },
};

/** The CSV export of a workspace. */
export const LINEAR: Preset = {
  columns: {
    id: ['ID', 'identifier'],
    title: ['Title'],
    description: ['Description'],
    priority: ['Priority'],
    status: ['Status', 'state'],
    labels: ['Labels'],
    createdBy: ['Creator'],
    assignedTo: ['Assignee'],
    createdAt: ['Created', 'createdAt'],
    updatedAt: ['Updated', 'updatedAt'],
    closedAt: ['Completed', 'Canceled', 'completedAt', 'canceledAt'],
    comments: ['comments'],
  },
  words: {
    // No priority is the absence of one.
    priority: { MEDIUM: ['no priority'] },
    status: { CLOSED: ['duplicate'] },
  },
};

/** The CSV export of the list of issues, and the REST API's `issues`. */
export const REDMINE: Preset = {
  columns: {
    id: ['#', 'id'],
    title: ['Subject'],
    description: ['Description'],
    type: ['Tracker'],
    priority: ['Priority'],
    status: ['Status'],
    product: ['Project'],
    createdBy: ['Author'],
    assignedTo: ['Assignee', 'Assigned to'],
    createdAt: ['Created', 'created_on'],
    updatedAt: ['Updated', 'updated_on'],
    closedAt: ['Closed', 'closed_on'],
    comments: ['journals'],
  },
  words: {
    type: { ENHANCEMENT: ['support'] },
    status: { IN_PROGRESS: ['feedback'] },
  },
};

/** The CSV export of a view, the JSON export, and the API's `tickets`. */
export const ZENDESK: Preset = {
  columns: {
    id: ['Id'],
    title: ['Subject', 'raw_subject'],
    description: ['Description'],
    type: ['Ticket type', 'type'],
    priority: ['Priority'],
    status: ['Status'],
    labels: ['Tags'],
    createdBy: ['Requester email', 'Requester', 'requester_id'],
    assignedTo: ['Assignee', 'assignee_id'],
    createdAt: ['Created at'],
    updatedAt: ['Updated at'],
    closedAt: ['Solved at'],
    comments: ['comments'],
  },
  words: {
    status: { ON_HOLD: ['pending', 'hold'], DONE: ['solved'] },
    type: { BUG: ['question'] },
  },
};

/** The REST API's list with `?expand=true`. */
export const ZAMMAD: Preset = {
  columns: {
    id: ['number', 'id'],
    title: ['title'],
    description: ['note'],
    type: ['type'],
    priority: ['priority'],
    status: ['state'],
    product: ['group'],
    createdBy: ['customer', 'created_by'],
    assignedTo: ['owner'],
    createdAt: ['created_at'],
    updatedAt: ['updated_at'],
    closedAt: ['close_at'],
    comments: ['articles'],
  },
  words: {
    priority: { LOW: ['1 low'], MEDIUM: ['2 normal'], HIGH: ['3 high'] },
    status: { ON_HOLD: ['pending reminder', 'pending close'], CLOSED: ['merged'] },
  },
};

/** The CSV export of a queue. */
export const OSTICKET: Preset = {
  columns: {
    id: ['Ticket Number'],
    title: ['Subject'],
    priority: ['Priority'],
    status: ['Current Status', 'Status'],
    product: ['Department'],
    createdBy: ['From Email', 'From'],
    assignedTo: ['Agent Assigned', 'Assigned To'],
    createdAt: ['Date Created'],
    updatedAt: ['Last Updated'],
    closedAt: ['Closed Date'],
  },
};
