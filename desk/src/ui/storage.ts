/** What the browser's localStorage has; null where it has nothing, or is blocked: then even naming it throws. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a text in the browser; null removes it. Where localStorage is blocked or full, nothing is kept, and nothing else happens. */
export function store(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // The desk works without.
  }
}
