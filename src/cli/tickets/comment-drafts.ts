import { isId } from '../../database/id.js';
import { characters } from '../../graphql/input-check.js';
import { isInvisible } from '../../visible-text.js';
import { type DraftRules } from './draft-rules.js';
import { partId } from './imported-id.js';
import { type SourceRecord } from './source-record.js';
import { type CommentDraft } from './ticket-draft.js';

/** Requirements C19. */
const LONGEST_COMMENT = 10_000;

/** Jira: `30/Sep/21 17:20;jane;the text`. */
const JIRA_COMMENT = /^([^;\n]+);([^;\n]*);([\s\S]*)$/;

interface RawComment {
  readonly id: string | null;
  readonly author: string | null;
  readonly content: string;
  readonly internal: boolean;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

/**
 * The comments of a row: a JSON list, as Docket, GitHub, Bugzilla and S1 write it, or one text a column, as Jira does.
 * One that is too long is continued in a further comment.
 * @throws Error with a sentence about the row, for an instant that cannot be read
 */
export function readComments(
  record: SourceRecord,
  rules: DraftRules,
  ticket: { id: string; createdAt: Date },
  note: (what: string) => void,
): CommentDraft[] {
  const raw = (rules.mapping.get('comments') ?? []).flatMap((column) => rawComments(record, rules, column));
  return raw.flatMap((comment, index) => {
    const content = comment.content.trim();
    if (isInvisible(content)) return [];
    const createdAt = comment.createdAt === null ? ticket.createdAt : rules.instant(comment.createdAt, 'a comment');
    const updatedAt = comment.updatedAt === null ? null : rules.instant(comment.updatedAt, 'a comment');
    const parts = split(content);
    if (parts.length > 1) note('a comment over 10,000 characters was split into several');
    return parts.map((part, number) => ({
      id:
        rules.preset.exact === true && number === 0 && comment.id !== null && isId(comment.id)
          ? comment.id.toLowerCase()
          : partId(ticket.id, `comment ${index}.${number}`),
      content: part,
      internal: comment.internal,
      author: comment.author,
      createdAt,
      updatedAt,
    }));
  });
}

function split(content: string): string[] {
  if (characters(content) <= LONGEST_COMMENT) return [content];
  const all = Array.from(content);
  const parts: string[] = [];
  for (let begin = 0; begin < all.length; begin += LONGEST_COMMENT) {
    parts.push(
      all
        .slice(begin, begin + LONGEST_COMMENT)
        .join('')
        .trim(),
    );
  }
  return parts.filter((part) => part !== '');
}

function rawComments(record: SourceRecord, rules: DraftRules, column: string): RawComment[] {
  const structured = record.structured.get(column);
  if (structured !== undefined) return fromJson(structured) ?? [];
  return (record.columns.get(column) ?? []).flatMap((text) => fromText(text, rules));
}

function fromText(text: string, rules: DraftRules): RawComment[] {
  const list = text.trimStart().startsWith('[') ? fromJson(text) : null;
  if (list !== null) return list;
  // GitHub's REST API gives a number of comments under that name.
  if (/^\s*\d+\s*$/.test(text)) return [];
  const [, createdAt = '', author = '', content = ''] = JIRA_COMMENT.exec(text) ?? [];
  const nothingElse = { id: null, internal: false, updatedAt: null };
  return rules.canReadInstant(createdAt)
    ? [{ ...nothingElse, createdAt, author: author.trim() || null, content }]
    : [{ ...nothingElse, createdAt: null, author: null, content: text }];
}

function fromJson(text: string): RawComment[] | null {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(list)) return null;
  return list.map((comment: unknown) => ({
    id: find(comment, ['id']),
    author: find(comment, [
      'author.login',
      'author.username',
      'author.email',
      'author',
      'user.login',
      'user.email',
      'user.username',
      'creator',
      'author_email',
    ]),
    content: typeof comment === 'string' ? comment : (find(comment, ['content', 'body', 'text']) ?? ''),
    internal: find(comment, ['internal', 'is_private']) === 'true',
    createdAt: find(comment, ['createdAt', 'created_at', 'creation_time', 'time']),
    updatedAt: find(comment, ['updatedAt', 'updated_at']),
  }));
}

/** The first of the paths that leads to a text, a number or a boolean. */
function find(value: unknown, paths: readonly string[]): string | null {
  for (const path of paths) {
    let held = value;
    for (const key of path.split('.')) {
      held =
        typeof held === 'object' && held !== null ? Object.entries(held).find(([name]) => name === key)?.[1] : null;
    }
    if (typeof held === 'string' && held !== '') return held;
    if (typeof held === 'number' || typeof held === 'boolean') return String(held);
  }
  return null;
}
