import { isId } from '../common/id.js';
import { isInvisible } from '../common/visible-text.js';
import { type DraftRules } from './draft-rules.js';
import { isObject, parseJson } from './json-value.js';
import { mentionsOf } from './mention-drafts.js';
import { plainText } from './rich-text.js';
import { type Row } from './row.js';
import { type CommentDraft } from './ticket-draft.js';

/** Jira: `30/Sep/21 17:20;jane;the text`. */
const JIRA_COMMENT = /^([^;\n]+);([^;\n]*);([\s\S]*)$/;

/** Where lists of comments have what, best first. */
const PATHS = {
  id: ['id'],
  author: [
    'author.login',
    'author.username',
    'author.email',
    'author.emailAddress',
    'author.name',
    'author.displayName',
    'author',
    'user.login',
    'user.email',
    'user.username',
    'user.name',
    'creator',
    'author_email',
    'author_name',
    'from',
    'created_by',
  ],
  content: ['content', 'body', 'text', 'plain_body', 'notes'],
  internal: ['internal', 'is_private', 'private'],
  public: ['public'],
  createdAt: ['createdAt', 'created_at', 'creation_time', 'created', 'created_on', 'time', 'date'],
  updatedAt: ['updatedAt', 'updated_at', 'updated'],
  /** Of Docket's exports only. */
  notified: ['notified'],
} as const;

interface RawComment {
  readonly id: string | null;
  readonly author: string | null;
  readonly content: string;
  readonly internal: boolean;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly notified: boolean;
  readonly mentions: readonly string[] | null;
  readonly rest: unknown;
}

/**
 * The comments of a row: a JSON list, as Docket, GitHub and Bugzilla write it, or one text a column, as Jira does.
 * @throws RowError for an instant that cannot be read
 */
export function readComments(
  row: Row,
  rules: DraftRules,
  createdAt: Date,
  note: (what: string) => void,
): { comments: CommentDraft[]; rests: unknown[] } {
  const raw = row.columnsOf('comments').flatMap((column) => rawComments(row, rules, column, note));
  const rests: unknown[] = [];
  const comments = raw.flatMap((comment): CommentDraft[] => {
    const content = comment.content.trim();
    if (isInvisible(content)) {
      note('a comment without a text was left out; the details hold what else it had');
      rests.push(leaveOut(comment));
      return [];
    }
    const keepsId = rules.preset.exact === true && comment.id !== null && isId(comment.id);
    const written = comment.createdAt === null ? createdAt : rules.instant(comment.createdAt, 'a comment');
    const changed = comment.updatedAt === null ? null : rules.instant(comment.updatedAt, 'a comment');
    const isEarly = changed !== null && changed < written;
    if (isEarly) note("a comment's updatedAt lay before its createdAt: left out; the details hold it");
    // Others give the time of creation for what was never changed.
    const isUnchanged = changed?.getTime() === written.getTime() && !keepsId;
    const kept = {
      ...(comment.id !== null && !keepsId && { id: comment.id }),
      ...(isEarly && { updatedAt: comment.updatedAt }),
    };
    return [
      {
        ...comment,
        id: keepsId ? (comment.id?.toLowerCase() ?? null) : null,
        content,
        createdAt: written,
        updatedAt: isEarly || isUnchanged ? null : changed,
        rest: mergeRest(comment.rest, kept),
      },
    ];
  });
  return { comments, rests };
}

/** What else a comment had, with further members before it. */
export function mergeRest(rest: unknown, kept: Readonly<Record<string, unknown>>): unknown {
  return Object.keys(kept).length === 0 ? rest : { ...kept, ...(isObject(rest) ? rest : {}) };
}

function leaveOut({ rest, content: _none, notified: _told, mentions: _named, ...comment }: RawComment): unknown {
  return { ...comment, ...(isObject(rest) ? rest : {}) };
}

function rawComments(row: Row, rules: DraftRules, column: string, note: (what: string) => void): RawComment[] {
  const list = row.json(column);
  if (Array.isArray(list)) {
    row.takeAll(column, 'comments');
    return list.map((comment) => fromJson(comment, rules));
  }
  const texts = row.record.columns.get(column) ?? [];
  // GitHub's REST API gives a number of comments under that name.
  if (texts.every((text) => /^\s*\d+\s*$/.test(text))) {
    if (texts.some((text) => Number(text) > 0)) {
      note('the file tells how many comments there are, and not what they say');
    }
    return [];
  }
  row.takeAll(column, 'comments');
  return texts.flatMap((text) => fromText(text, rules, note));
}

function fromText(text: string, rules: DraftRules, note: (what: string) => void): RawComment[] {
  const list = text.trimStart().startsWith('[') ? jsonList(text, note) : null;
  if (list !== null) return list.map((comment) => fromJson(comment, rules));
  const [, createdAt = '', author = '', content = ''] = JIRA_COMMENT.exec(text) ?? [];
  const nothingElse = { id: null, internal: false, updatedAt: null, notified: true, mentions: null, rest: null };
  return rules.isInstant(createdAt)
    ? [{ ...nothingElse, createdAt, author: author.trim() || null, content }]
    : [{ ...nothingElse, createdAt: null, author: null, content: text }];
}

function jsonList(text: string, note: (what: string) => void): unknown[] | null {
  try {
    const list: unknown = parseJson(text, note);
    return Array.isArray(list) ? list : null;
  } catch {
    return null;
  }
}

function fromJson(comment: unknown, { preset }: DraftRules): RawComment {
  if (typeof comment === 'string') {
    const nothingElse = { id: null, author: null, createdAt: null, updatedAt: null, mentions: null, rest: null };
    return { ...nothingElse, content: comment, internal: false, notified: true };
  }
  const used = new Set<string>();
  const find = (paths: readonly string[]): string | null => {
    const found = first(comment, paths);
    if (found === null) return null;
    used.add(found.path);
    return found.text;
  };
  const internal = find(PATHS.internal) === 'true' || find(PATHS.public) === 'false';
  const notified = preset.exact !== true || find(PATHS.notified) !== 'false';
  const mentions = preset.exact === true && isObject(comment) ? comment['mentions'] : undefined;
  if (mentions !== undefined) used.add('mentions');
  const id = find(PATHS.id);
  const author = find(PATHS.author);
  const createdAt = find(PATHS.createdAt);
  const updatedAt = find(PATHS.updatedAt);
  const content = find(PATHS.content) ?? richContent(comment);
  return {
    id,
    author,
    content,
    internal,
    createdAt,
    updatedAt,
    notified,
    mentions: mentions === undefined ? null : mentionsOf(mentions),
    rest: without(comment, used),
  };
}

/** Stays in the rest too: an object says more than its text. */
function richContent(comment: unknown): string {
  if (!isObject(comment)) return '';
  return PATHS.content.map((name) => plainText(comment[name])).find((text) => text !== '') ?? '';
}

/** The first of the paths that leads to a text, a number or a boolean. */
function first(value: unknown, paths: readonly string[]): { path: string; text: string } | null {
  for (const path of paths) {
    let held = value;
    for (const key of path.split('.')) held = isObject(held) && Object.hasOwn(held, key) ? held[key] : null;
    if (typeof held === 'string' && held !== '') return { path, text: held };
    if (typeof held === 'number' || typeof held === 'boolean') return { path, text: String(held) };
  }
  return null;
}

/** Null when nothing is left. */
function without(value: unknown, used: ReadonlySet<string>, prefix = ''): unknown {
  if (!isObject(value)) return value === '' ? null : value;
  const left = Object.entries(value)
    .map(([key, held]): [string, unknown] => {
      const path = `${prefix}${key}`;
      return [key, used.has(path) ? null : without(held, used, `${path}.`)];
    })
    .filter(([, held]) => held !== null && !(Array.isArray(held) && held.length === 0));
  return left.length === 0 ? null : Object.fromEntries(left);
}
