import { useEffect, useState } from 'react';

const PREFIX = 'docket-draft ';

/**
 * A text that survives a reload and the end of a session. Drafts are kept by person: another one at the same machine does
 * not see them in the desk.
 */
export function useDraft(owner: string, name: string): [string, (text: string) => void] {
  const key = `${PREFIX}${owner} ${name}`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? '');
  useEffect(() => {
    if (text === '') localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  }, [key, text]);
  return [text, setText];
}
