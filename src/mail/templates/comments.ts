import { inSentence } from '../in-sentence.js';
import { type SafeHtml } from './html.js';
import { note, quote, shortened } from './parts.js';
import { quotedText } from './text-lines.js';

/** The rest is behind the link. */
const MAX_COMMENT_LENGTH = 1_500;
/** Mail programs cut long mails (Gmail at 102 kB). */
const MAX_DESCRIPTION_LENGTH = 5_000;
export const MAX_COMMENTS = 10;

export interface MailComment {
  authorName: string;
  /** Empty for an internal comment: the right to read it may be gone when the mail is opened. */
  content: string;
  internal: boolean;
}

/** A text that a person wrote, as both parts of a mail quote it: above the name of its author. */
interface Quoted {
  text: string;
  html: SafeHtml;
}

export function quotedComments(comments: readonly MailComment[]): Quoted[] {
  return comments.map(({ authorName, content, internal }) =>
    internal ? internalNote(authorName) : quoted(authorName, shortened(content.trim(), MAX_COMMENT_LENGTH)),
  );
}

/** Empty for a description of which nothing shows. */
export function quotedDescription(ticket: { description: string; createdByName: string }): Quoted[] {
  const description = shortened(ticket.description.trim(), MAX_DESCRIPTION_LENGTH);
  return description === '' ? [] : [quoted(ticket.createdByName, description)];
}

function quoted(authorName: string, content: string): Quoted {
  const author = `— ${inSentence(authorName)}`;
  return { text: `${quotedText(content)}\n${author}`, html: quote(content, author) };
}

function internalNote(authorName: string): Quoted {
  const text = `${inSentence(authorName)} wrote an internal comment. It is behind the link.`;
  return { text, html: note(text) };
}
