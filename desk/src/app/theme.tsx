import { useEffect, useState } from 'react';
import { Icon } from '../ui/icon.js';
import { readStored, store } from '../ui/storage.js';

const KEY = 'docket-theme';
type Theme = 'light' | 'dark';

function stored(): Theme | null {
  const theme = readStored(KEY);
  return theme === 'light' || theme === 'dark' ? theme : null;
}

function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** The theme that was chosen in this browser, before anything is drawn; the system's otherwise. */
export function applyTheme(): void {
  const theme = stored();
  if (theme) document.documentElement.dataset['theme'] = theme;
  else delete document.documentElement.dataset['theme'];
}

export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(() => stored() ?? systemTheme());
  useEffect(applyTheme, [theme]);
  const other = theme === 'dark' ? 'light' : 'dark';
  const change = () => {
    // The system's own needs no choice, and follows it when it changes.
    store(KEY, other === systemTheme() ? null : other);
    setTheme(other);
  };
  return (
    <button type="button" className="button quiet icon-only" onClick={change}>
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} label={`Use ${other} colours`} />
    </button>
  );
}
