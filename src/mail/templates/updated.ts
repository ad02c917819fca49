import { inSentence } from '../in-sentence.js';
import { oneLine } from '../one-line.js';
import { commentParts, type MailComment, MOST_COMMENTS } from './comments.js';
import { html } from './html.js';
import { type MailTexts, mailTexts } from './layout.js';
import { detailsTable, inWords, LONGEST_PREHEADER, paragraph, shortened } from './parts.js';

/** A field as it was and is; a long text has neither, only the fact that it changed. */
export interface ChangedField {
  /** As the schema names it, e.g. status. */
  field: string;
  from: string | null;
  to: string | null;
}

export interface UpdatedMailInput {
  ticket: { number: number; title: string; url: string };
  recipient: { name: string };
  /** Null when several people did it. */
  changedByName: string | null;
  changes: readonly ChangedField[];
  comments: readonly MailComment[];
  /** A sentence: why the recipient gets it. */
  reason: string;
  unsubscribeUrl: string;
}

const LABELS: Readonly<Record<string, string>> = { duplicateOf: 'Duplicate of' };
const LONG_TEXTS: ReadonlySet<string> = new Set(['description', 'details']);
const ENUMS: ReadonlySet<string> = new Set(['status', 'priority', 'type']);

/** The mail that tells what became of a ticket over the delay, in one list (docs/behaviour.md, "Mails"). */
export function updatedMail(input: UpdatedMailInput): MailTexts {
  const { ticket, recipient, changes } = input;
  const title = oneLine(ticket.title);
  const by = input.changedByName === null ? 'several people have' : `${inSentence(input.changedByName)} has`;
  const greeting = `Hello ${inSentence(recipient.name)}, ${by} ${whatWasDone(input)}`;
  const lines = changes.map(changeInWords);
  const shown = input.comments.slice(0, MOST_COMMENTS);
  const comments = commentParts(shown);
  const left = input.comments.length - shown.length;
  const more = left > 0 ? [left === 1 ? 'And one more comment.' : `And ${left} more comments.`] : [];

  return mailTexts({
    subject: `[#${ticket.number}] ${title} — ${subjectOf(input)}`,
    preheader: shortened(
      [...lines.map(([name, value]) => `${name}: ${value}`), ...shown.map(({ content }) => inSentence(content))].join(
        ' · ',
      ),
      LONGEST_PREHEADER,
    ),
    heading: `#${ticket.number} ${title}`,
    body: {
      text: [
        greeting,
        ...(lines.length > 0 ? [lines.map(([name, value]) => `${name}: ${value}`).join('\n')] : []),
        ...comments.text,
        ...more,
      ].join('\n\n'),
      html: html`${paragraph(greeting)}${lines.length > 0 ? detailsTable(lines) : []}${comments.html}${more.map(
        paragraph,
      )}`,
    },
    action: { label: `Open ticket #${ticket.number}`, url: ticket.url },
    reason: input.reason,
    unsubscribe: { label: 'Stop mails about changes', url: input.unsubscribeUrl },
  });
}

function whatWasDone({ changes, comments }: UpdatedMailInput): string {
  const wrote = comments.length === 1 ? 'commented on' : `written ${comments.length} comments on`;
  if (changes.length === 0) return `${wrote} this ticket.`;
  return comments.length === 0 ? 'changed this ticket.' : `changed and ${wrote} this ticket.`;
}

function subjectOf({ changes, comments }: UpdatedMailInput): string {
  const [only] = changes;
  if (only === undefined) return comments.length === 1 ? 'new comment' : `${comments.length} new comments`;
  if (changes.length > 1 || comments.length > 0 || !ENUMS.has(only.field)) return 'changed';
  return `${only.field} ${valueOf(only.field, only.to)}`;
}

/** The name of a field, and what became of it. */
export function changeInWords({ field, from, to }: ChangedField): [name: string, value: string] {
  const name = LABELS[field] ?? inWords(field.replace(/[A-Z]/g, '_$&').toUpperCase());
  return [name, LONG_TEXTS.has(field) ? 'changed' : `${valueOf(field, from)} → ${valueOf(field, to)}`];
}

function valueOf(field: string, value: string | null): string {
  if (value === null) return 'none';
  return ENUMS.has(field) ? inWords(value) : inSentence(value);
}
