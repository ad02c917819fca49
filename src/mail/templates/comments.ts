import { inSentence } from '../in-sentence.js';
import { type SafeHtml } from './html.js';
import { quote, shortened } from './parts.js';
import { quotedText } from './text-lines.js';

/** The rest is behind the link. */
const LONGEST_COMMENT = 1_500;
export const MOST_COMMENTS = 10;

export interface MailComment {
  authorName: string;
  content: string;
  internal: boolean;
}

/** A text that a person wrote, as both parts of a mail quote it: above the name of its author. */
export interface QuotedTexts {
  text: string[];
  html: SafeHtml[];
}

export function quotedComments(comments: readonly MailComment[]): QuotedTexts {
  return quoted(comments, LONGEST_COMMENT);
}

/** The texts with the names of their authors; a text of which nothing shows is left out. */
export function quoted(texts: readonly MailComment[], longest: number): QuotedTexts {
  const shown = texts
    .map(({ authorName, content, internal }) => ({
      author: `— ${inSentence(authorName)}${internal ? ' (internal)' : ''}`,
      content: shortened(content.trim(), longest),
    }))
    .filter(({ content }) => content !== '');
  return {
    text: shown.map(({ author, content }) => `${quotedText(content)}\n${author}`),
    html: shown.map(({ author, content }) => quote(content, author)),
  };
}
