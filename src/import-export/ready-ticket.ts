import { characters } from '../common/input-check.js';
import { composeDetails } from './draft-details.js';
import { partId } from './imported-id.js';
import { mentionedIn, ticketText } from '../tickets/mentions/find-mentions.js';
import { isObject } from './json-value.js';
import { type DraftPeople } from './people.js';
import { type CommentDraft, type TicketDraft, type WatchDraft } from './ticket-draft.js';

/** What a comment holds, in characters (the API's limit). */
const MAX_COMMENT_LENGTH = 10_000;

export interface ReadyWatch {
  readonly userId: string;
  readonly state: WatchDraft['state'];
  readonly createdAt: Date;
}

/** The people whom a text mentions. */
export interface ReadyMentions {
  readonly userIds: readonly string[];
  /** Whether they were found in the text: then it is asked who of them may read it. */
  readonly areFound: boolean;
}

export interface ReadyComment {
  readonly id: string;
  readonly content: string;
  readonly internal: boolean;
  readonly authorId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
  readonly notified: boolean;
  readonly mentions: ReadyMentions;
}

/** A ticket as it will be stored, but for its number. */
export interface ReadyTicket extends Pick<
  TicketDraft,
  | 'id'
  | 'title'
  | 'description'
  | 'type'
  | 'priority'
  | 'status'
  | 'createdAt'
  | 'updatedAt'
  | 'closedAt'
  | 'plain'
  | 'notified'
> {
  readonly details: Record<string, unknown> | null;
  readonly productId: string | null;
  readonly createdById: string;
  readonly assignedToId: string | null;
  /** Each person once. */
  readonly watching: readonly ReadyWatch[];
  readonly mentions: ReadyMentions;
  readonly comments: readonly ReadyComment[];
}

/**
 * Puts people and product in their places. Their names stay in the details where somebody or something else stands in;
 * a comment whose author has no account here begins with the name.
 */
export function readyTicket(
  draft: TicketDraft,
  people: DraftPeople,
  product: { readonly id: string | null; readonly isExact: boolean },
  note: (what: string) => void,
): ReadyTicket {
  const { id, title, description, type, priority, status, createdAt, updatedAt, closedAt, plain, notified } = draft;
  const written = draft.comments.map((comment, index) => readyComment(draft, comment, index, people, note));
  const rests = written.flatMap(({ rest }) => (rest === null ? [] : [rest]));
  const { words } = draft.details;
  const earlier: unknown = words['comments'];
  const strangers = draft.watching.filter((_, index) => people.watching[index]?.areAll === false);
  if (strangers.length > 0) note('watched or ignored by somebody without an account here: the details hold the name');
  const names: Record<string, unknown> = {
    ...(strangers.length > 0 && { watching: strangers }),
    ...(!people.createdBy.isExact && draft.createdBy !== null && { createdBy: draft.createdBy }),
    ...(people.assignedTo?.isExact !== true && draft.assignedTo !== null && { assignedTo: draft.assignedTo }),
    ...(!product.isExact && draft.product !== null && { product: draft.product }),
    ...(rests.length > 0 && { comments: [...rests, ...(Array.isArray(earlier) ? earlier : [])] }),
  };
  return {
    id,
    title,
    description,
    type,
    priority,
    status,
    createdAt,
    updatedAt,
    closedAt,
    plain,
    notified,
    details: composeDetails({ ...draft.details, words: { ...words, ...names } }),
    productId: product.id,
    createdById: people.createdBy.id,
    assignedToId: people.assignedTo?.id ?? null,
    watching: watchingOf(draft, people),
    mentions: mentionsOf(people.mentioned.inTicket, ticketText(draft), people.createdBy.id, people),
    comments: written.flatMap(({ parts }) => parts),
  };
}

/** The first of what a source says of one person counts. */
function watchingOf({ watching, createdAt }: TicketDraft, people: DraftPeople): ReadyWatch[] {
  const byUser = new Map<string, ReadyWatch>();
  for (const [index, { state, createdAt: since }] of watching.entries()) {
    for (const userId of people.watching[index]?.ids ?? []) {
      if (!byUser.has(userId)) byUser.set(userId, { userId, state, createdAt: since ?? createdAt });
    }
  }
  return [...byUser.values()];
}

function mentionsOf(
  listed: readonly string[] | null,
  text: string,
  authorId: string,
  { idByUsername }: DraftPeople,
): ReadyMentions {
  return listed === null
    ? { userIds: mentionedIn(text, idByUsername, authorId), areFound: true }
    : { userIds: listed, areFound: false };
}

interface WrittenComment {
  readonly parts: readonly ReadyComment[];
  /** What has no place in a comment, with the id of its first part; null for nothing. */
  readonly rest: Record<string, unknown> | null;
}

function readyComment(
  ticket: TicketDraft,
  { id, content, internal, author, createdAt, updatedAt, notified, rest }: CommentDraft,
  index: number,
  people: DraftPeople,
  note: (what: string) => void,
): WrittenComment {
  const account = people.authors[index];
  const listed = people.mentioned.inComments[index] ?? null;
  const authorId = account?.id ?? '';
  const isStoodInFor = account?.isNamed === false && author !== null;
  const texts = split(isStoodInFor ? `${author} wrote:\n\n${content}` : content);
  if (texts.length > 1) note('a comment over 10,000 characters was split into several');
  const parts = texts.map((text, number) => ({
    id: id !== null && number === 0 ? id : partId(ticket.id, `comment ${index}.${number}`),
    content: text,
    internal,
    authorId,
    createdAt,
    updatedAt,
    notified,
    mentions: mentionsOf(listed, text, authorId, people),
  }));
  const kept = { ...(isStoodInFor && { author }), ...(rest !== null && { kept: rest }) };
  const [first] = parts;
  return { parts, rest: isEmpty(kept) || !first ? null : { comment: first.id, ...kept } };
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function split(content: string): string[] {
  if (characters(content) <= MAX_COMMENT_LENGTH) return [content];
  const all = Array.from(content);
  const parts: string[] = [];
  for (let begin = 0; begin < all.length; begin += MAX_COMMENT_LENGTH) {
    parts.push(
      all
        .slice(begin, begin + MAX_COMMENT_LENGTH)
        .join('')
        .trim(),
    );
  }
  return parts.filter((part) => part !== '');
}
