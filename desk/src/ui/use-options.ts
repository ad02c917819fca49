import { useEffect, useState } from 'react';
import { type Option, type Options } from './option.js';

const PAUSE_MS = 150;

function matching<Id extends string>(options: readonly Option<Id>[], search: string): readonly Option<Id>[] {
  const words = search.toLocaleLowerCase().split(/\s+/);
  return options.filter(({ label }) => words.every((word) => label.toLocaleLowerCase().includes(word)));
}

function isList<Id extends string>(options: Options<Id>): options is readonly Option<Id>[] {
  return typeof options !== 'function';
}

/** Those that a search finds; of a search that goes to the server what the one before found, until it has answered. */
export function useOptions<Id extends string>(options: Options<Id>, search: string) {
  const [loaded, setLoaded] = useState<readonly Option<Id>[]>([]);
  const [loading, setLoading] = useState(!isList(options));
  useEffect(() => {
    if (isList(options)) return undefined;
    let current = true;
    setLoading(true);
    const load = async () => {
      const found = await options(search.trim()).catch(() => []);
      if (!current) return;
      setLoaded(found);
      setLoading(false);
    };
    const timer = setTimeout(() => void load(), search === '' ? 0 : PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // Callers give a new function at each render; a search is what asks again.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [search]);
  return isList(options) ? { found: matching(options, search), loading: false } : { found: loaded, loading };
}
