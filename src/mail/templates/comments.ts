import { inSentence } from '../in-sentence.js';
import { html, type SafeHtml } from './html.js';
import { quote, shortened } from './parts.js';
import { quotedText } from './text-lines.js';

/** The rest is behind the link. */
const LONGEST_COMMENT = 1_500;
export const MOST_COMMENTS = 10;

export interface MailComment {
  authorName: string;
  /** Empty for an internal one: mails do not contain its text. */
  content: string;
  internal: boolean;
}

/** Each of the comments for both parts of a mail, below the name of its author. */
export function commentParts(comments: readonly MailComment[]): { text: string[]; html: SafeHtml[] } {
  const shown = comments.map(({ authorName, content, internal }) => ({
    head: `${inSentence(authorName)} wrote${internal ? ' an internal comment, which is behind the link.' : ':'}`,
    quoted: internal ? [] : [shortened(content.trim(), LONGEST_COMMENT)],
  }));
  return {
    text: shown.map(({ head, quoted }) => [head, ...quoted.map(quotedText)].join('\n')),
    html: shown.map(
      ({ head, quoted }) =>
        html`<p class="ink" style="margin: 20px 0 -10px; font-size: 15px; font-weight: 600; color: #1c1f26;">${head}</p>
          ${quoted.map(quote)}`,
    ),
  };
}
