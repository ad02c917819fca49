import { inSentence } from '../in-sentence.js';
import { type MailComment, MOST_COMMENTS, quotedComments } from './comments.js';
import { type SafeHtml } from './html.js';
import { type MailTexts } from './layout.js';
import { changesTable, inWords, note } from './parts.js';
import { type MailOptions, type MailTicket, ticketMail } from './ticket-mail.js';

/** A field as it was and is; a long text has neither, only the fact that it changed. */
export interface ChangedField {
  /** As the schema names it, e.g. status. */
  field: string;
  from: string | null;
  to: string | null;
}

export interface UpdatedMailInput extends MailOptions {
  ticket: MailTicket;
  /** Null when several people did it. */
  changedByName: string | null;
  changes: readonly ChangedField[];
  comments: readonly MailComment[];
}

const LABELS: Readonly<Record<string, string>> = { duplicateOf: 'Duplicate of' };
const LONG_TEXTS: ReadonlySet<string> = new Set(['description', 'details']);
const ENUMS: ReadonlySet<string> = new Set(['status', 'priority', 'type']);

/** The mail that tells what others said about a ticket and what became of it, in one list (docs/behaviour.md, "Mails"). */
export function updatedMail({ ticket, changedByName, changes, comments, ...options }: UpdatedMailInput): MailTexts {
  const lines = changes.map(changeInWords);
  const inText = lines.map(([name, value]) => `${name}: ${value}`);
  const shown = comments.slice(0, MOST_COMMENTS);
  const said = quotedComments(shown);
  const changed = changedNews(lines, inText, changedByName === null ? 'several people' : inSentence(changedByName));
  const left = comments.length - shown.length;
  const more = left === 0 ? [] : [left === 1 ? 'And one more comment.' : `And ${left} more comments.`];
  return ticketMail({
    ...options,
    ticket,
    preheader: [...shown.map(({ content }) => inSentence(content)), ...inText].join(' · '),
    news: {
      text: [...said.text, ...more, ...changed.text],
      html: [...said.html, ...more.map(note), ...changed.html],
    },
  });
}

function changedNews(
  lines: [name: string, value: string][],
  inText: readonly string[],
  who: string,
): { text: string[]; html: SafeHtml[] } {
  if (lines.length === 0) return { text: [], html: [] };
  const author = `Changed by ${who}.`;
  return { text: [`${inText.join('\n')}\n${author}`], html: [changesTable(lines, author)] };
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
