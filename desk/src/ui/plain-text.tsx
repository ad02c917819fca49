import { Fragment } from 'react';

/** Addresses of the web, without what ends the sentence that they are in. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}…]/g;

/** What somebody wrote, as they wrote it: never HTML; addresses become links, in a tab of their own. */
export function PlainText({ children }: { children: string }) {
  const parts: { text: string; isLink: boolean; at: number }[] = [];
  let end = 0;
  for (const match of children.matchAll(ADDRESS)) {
    parts.push({ text: children.slice(end, match.index), isLink: false, at: end });
    parts.push({ text: match[0], isLink: true, at: match.index });
    end = match.index + match[0].length;
  }
  parts.push({ text: children.slice(end), isLink: false, at: end });
  return (
    <div className="plain-text" dir="auto">
      {parts.map(({ text, isLink, at }) =>
        isLink ? (
          <a key={at} href={text} target="_blank" rel="noreferrer noopener nofollow">
            {text}
          </a>
        ) : (
          <Fragment key={at}>{text}</Fragment>
        ),
      )}
    </div>
  );
}
