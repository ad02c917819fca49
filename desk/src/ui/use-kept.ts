import { useEffect, useState } from 'react';
import { readStored, store } from './storage.js';

const PREFIX = 'docket-draft ';

function parse<Value>(text: string | null, otherwise: Value): Value {
  try {
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/**
 * Something that somebody is writing, until it is sent or given up: then null. It survives a reload and the end of a session, and
 * is the same in all tabs. It is kept by person: another one at the same machine does not see it in the desk.
 */
export function useKept<Value>(owner: string, name: string): [Value | null, (value: Value | null) => void] {
  const key = `${PREFIX}${owner} ${name}`;
  const [value, setValue] = useState(() => parse<Value | null>(readStored(key), null));
  useEffect(() => {
    // Comes when another tab wrote, sent or gave it up.
    const onStorage = (event: StorageEvent) => {
      if (event.key === key) setValue(parse<Value | null>(event.newValue, null));
    };
    addEventListener('storage', onStorage);
    return () => removeEventListener('storage', onStorage);
  }, [key]);
  const keep = (next: Value | null) => {
    setValue(next);
    store(key, next === null ? null : JSON.stringify(next));
  };
  return [value, keep];
}
