import { TicketPriority, TicketStatus, TicketType } from '../tickets/ticket.entity.js';
import { isInvisible } from '../common/visible-text.js';

/** For each of Docket's values its synonyms. */
export type Words<Value extends string> = Partial<Record<Value, readonly string[]>>;

/** The API's own names and those of the trackers that Docket replaces; the default workflows of Jira, GitHub and Bugzilla. */
const STATUS: Words<TicketStatus> = {
  OPEN: ['open', 'incoming', 'new', 'reopened', 'to do', 'todo', 'backlog', 'unconfirmed', 'confirmed', 'triage'],
  SELECTED_FOR_DEV: ['selected for dev', 'select dev', 'selected for development', 'selected', 'ready'],
  IN_PROGRESS: ['in progress', 'in progess', 'assigned', 'started', 'in review', 'under review', 'patch available'],
  ON_HOLD: ['on hold', 'blocked', 'waiting', 'waiting for customer', 'waiting for support', 'needinfo', 'paused'],
  DONE: ['done', 'resolved', 'fixed', 'verified', 'completed', 'complete'],
  CLOSED: ['closed', 'close', 'cancelled', 'canceled', 'rejected', 'not planned', 'wont fix', 'wont do'],
};

/** Jira's old and new names; Bugzilla's P1 to P5. */
const PRIORITY: Words<TicketPriority> = {
  LOW: ['low', 'lowest', 'minor', 'trivial', 'p4', 'p5'],
  MEDIUM: ['medium', 'normal', 'major', 'p3'],
  HIGH: ['high', 'critical', 'p2'],
  EMERGENCY: ['emergency', 'blocker', 'highest', 'urgent', 'immediate', 'p1'],
};

/** Jira's and Bugzilla's issue types; GitHub's default labels. */
const TYPE: Words<TicketType> = {
  BUG: ['bug', 'defect', 'incident', 'problem', 'regression'],
  ENHANCEMENT: ['enhancement', 'improvement', 'task', 'sub task', 'technical task', 'test', 'documentation', 'change'],
  FEATURE: ['feature', 'new feature', 'feature request', 'story', 'epic', 'wish', 'request', 'service request'],
};

/** Texts of cells without a value. */
const BLANK = new Set(['', '-', '--', '---', 'n/a', 'none', 'null', 'unspecified']);

/** Letter case, apostrophes, and whether words are joined by spaces, hyphens or underscores make no difference. */
export function wordKey(text: string): string {
  return text
    .normalize('NFC')
    .trim()
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
}

/** Names of people are compared without regard to case, amount of white space, and how accents are composed. */
export function nameKey(name: string): string {
  return name.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

/** Names of columns are compared without regard to case, spaces, hyphens and underscores. */
export function columnKey(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, '');
}

export function isBlank(text: string): boolean {
  return isInvisible(text) || BLANK.has(text.trim().toLowerCase());
}

/** The value for a text; undefined for an unknown word. */
export type Dictionary<Value extends string> = ReadonlyMap<string, Value>;

export interface Dictionaries {
  readonly status: Dictionary<TicketStatus>;
  readonly priority: Dictionary<TicketPriority>;
  readonly type: Dictionary<TicketType>;
}

export interface ExtraWords {
  readonly status?: Words<TicketStatus>;
  readonly priority?: Words<TicketPriority>;
  readonly type?: Words<TicketType>;
}

/** The common words; each further list has the last word over those before it. */
export function dictionaries(...extras: readonly ExtraWords[]): Dictionaries {
  return {
    status: dictionary(TicketStatus, [STATUS, ...extras.map(({ status = {} }) => status)]),
    priority: dictionary(TicketPriority, [PRIORITY, ...extras.map(({ priority = {} }) => priority)]),
    type: dictionary(TicketType, [TYPE, ...extras.map(({ type = {} }) => type)]),
  };
}

function dictionary<Value extends string>(
  values: Readonly<Record<string, Value>>,
  lists: readonly Words<Value>[],
): Dictionary<Value> {
  const own = Object.values(values).map((value): [string, Value] => [wordKey(value), value]);
  const given = lists.flatMap((words) =>
    Object.values(values).flatMap((value) =>
      (words[value] ?? []).map((word): [string, Value] => [wordKey(word), value]),
    ),
  );
  return new Map([...own, ...given]);
}
