import { GITLAB, LINEAR, OSTICKET, REDMINE, ZAMMAD, ZENDESK } from './help-desk-presets.js';
import { IMPORT_FIELDS, type Preset } from './preset.js';

const DOCKET: Preset = {
  exact: true,
  leftOut: { number: 'tickets get new numbers here' },
  columns: Object.fromEntries(IMPORT_FIELDS.filter((field) => field !== 'resolution').map((field) => [field, [field]])),
};

/** "Export CSV (all fields)", and the answers of the REST API. The key is unique, the id only in exports that have no key. */
const JIRA: Preset = {
  columns: {
    id: ['Issue key', 'key', 'Issue id'],
    title: ['Summary', 'fields.summary'],
    description: ['Description', 'fields.description'],
    type: ['Issue Type', 'fields.issuetype'],
    priority: ['Priority', 'fields.priority'],
    status: ['Status', 'fields.status'],
    resolution: ['Resolution', 'fields.resolution'],
    labels: ['Labels', 'fields.labels'],
    product: ['Project name', 'fields.project'],
    createdBy: [
      'Reporter',
      'fields.reporter.emailAddress',
      'fields.reporter.displayName',
      'Creator',
      'fields.creator.emailAddress',
      'fields.creator.displayName',
    ],
    assignedTo: ['Assignee', 'fields.assignee.emailAddress', 'fields.assignee.displayName'],
    duplicateOf: ['Outward issue link (Duplicate)'],
    createdAt: ['Created', 'fields.created'],
    updatedAt: ['Updated', 'fields.updated'],
    closedAt: ['Resolved', 'fields.resolutiondate'],
    comments: ['Comment', 'fields.comment.comments'],
  },
};

/** `gh issue list --json …`, the REST API's list, and CSV files made from either. A number is only unique in one repository. */
const GITHUB: Preset = {
  columns: {
    id: ['html_url', 'url', 'number', 'id'],
    title: ['title'],
    description: ['body'],
    type: ['type.name', 'type', 'issueType.name'],
    status: ['state'],
    resolution: ['state_reason', 'stateReason'],
    labels: ['labels.name', 'labels'],
    createdBy: ['user.login', 'author.login', 'author', 'user'],
    assignedTo: ['assignee.login', 'assignees.login', 'assignee', 'assignees'],
    createdAt: ['created_at', 'createdAt'],
    updatedAt: ['updated_at', 'updatedAt'],
    closedAt: ['closed_at', 'closedAt'],
    comments: ['comments'],
  },
};

/** Search results as CSV, and the REST API's `bugs`. `normal` is the middle here, so that major is above it. */
const BUGZILLA: Preset = {
  columns: {
    id: ['Bug ID', 'id'],
    title: ['Summary'],
    description: ['Description', 'Comment 0'],
    type: ['Type', 'Severity'],
    priority: ['Priority', 'Severity'],
    status: ['Status'],
    resolution: ['Resolution'],
    labels: ['Keywords'],
    product: ['Product'],
    createdBy: ['creator_detail.email', 'Reporter', 'creator'],
    assignedTo: ['assigned_to_detail.email', 'Assignee', 'assigned_to'],
    duplicateOf: ['dupe_of'],
    createdAt: ['Opened', 'creation_time', 'creation_ts'],
    updatedAt: ['Changed', 'last_change_time', 'delta_ts'],
    closedAt: ['cf_last_resolved', 'Last Resolved'],
    comments: ['comments'],
  },
  words: {
    priority: {
      EMERGENCY: ['blocker', 's1'],
      HIGH: ['critical', 'major', 's2'],
      MEDIUM: ['s3', 'enhancement'],
      LOW: ['s4'],
    },
    // A severity is read as a type only where there is no type: everything but an enhancement is a bug.
    type: { BUG: ['blocker', 'critical', 'major', 'normal', 'minor', 'trivial', 's1', 's2', 's3', 's4'] },
  },
};

/** What the trackers that Docket replaces answered, and dumps of their tables. Names are compared without case and underscores. */
const SEED: Preset = {
  columns: {
    id: ['id', 'uid'],
    title: ['title'],
    description: ['description', 'desc', 'description.description', 'desc.description'],
    type: ['type'],
    priority: ['priority'],
    status: ['status'],
    product: ['product.name', 'product'],
    createdBy: [
      'created_by_user.email',
      'created_by_user.username',
      'created_by.email',
      'created_by.username',
      'created_by',
      'author.email',
      'author',
      'creator',
    ],
    assignedTo: [
      'assigned_to_user.email',
      'assigned_to_user.username',
      'assigned_to.email',
      'assigned_to.username',
      'assigned_to',
    ],
    createdAt: ['created_at', 'created', 'timestamp'],
    updatedAt: ['updated_at', 'updated'],
    comments: ['comments'],
  },
};

export const PRESETS: ReadonlyMap<string, Preset> = new Map([
  ['docket', DOCKET],
  ['jira', JIRA],
  ['github', GITHUB],
  ['bugzilla', BUGZILLA],
  ['gitlab', GITLAB],
  ['linear', LINEAR],
  ['redmine', REDMINE],
  ['zendesk', ZENDESK],
  ['zammad', ZAMMAD],
  ['osticket', OSTICKET],
  ['s0', { ...SEED, titleFromDescription: true }],
  ['s1', SEED],
  ['s2', SEED],
  ['s3', SEED],
  ['s4', SEED],
]);
