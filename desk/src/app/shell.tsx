import { type ReactNode, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { usualView, viewsOf } from './views.js';
import { Icon } from '../ui/icon.js';
import { Avatar } from '../ui/avatar.js';
import { ShortcutHelp, useShortcuts } from '../ui/shortcuts.js';
import { Toasts } from '../ui/toast.js';
import { session } from './api.js';
import { useConnection } from './connection.js';
import { mayCreate } from './rights.js';
import { SCREENS, showsAt } from './screens.js';
import { useViewer } from './session-context.js';
import { ThemeButton } from './theme.js';
import { useViewCounts } from './view-counts.js';
import './shell.css';

export function Shell({ children }: { children: ReactNode }) {
  const [, navigate] = useLocation();
  const viewer = useViewer();
  const [helpOpen, setHelpOpen] = useState(false);
  useShortcuts({
    ...(mayCreate(viewer) && { c: { label: 'New ticket', run: () => navigate('/tickets/new') } }),
    '?': { label: 'Show the keys', run: () => setHelpOpen(true) },
  });
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <Sidebar onHelp={() => setHelpOpen(true)} />
      <div className="shell-main">
        <OfflineBanner />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
      <Toasts />
      {helpOpen && <ShortcutHelp onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

function OfflineBanner() {
  const offline = useConnection() === 'offline';
  return (
    <div role="status" className="banner-place">
      {offline && (
        <p className="banner">The server cannot be reached. What you type is kept; this goes on by itself.</p>
      )}
    </div>
  );
}

function Sidebar({ onHelp }: { onHelp: () => void }) {
  const viewer = useViewer();
  return (
    <header className="sidebar">
      <div className="sidebar-top">
        <Link href="/tickets" className="logo">
          <Icon name="logo" /> Docket
        </Link>
        {mayCreate(viewer) && (
          <Link href="/tickets/new" className="button primary new-ticket" aria-keyshortcuts="c">
            <Icon name="plus" /> <span className="new-ticket-label">New ticket</span>
          </Link>
        )}
      </div>
      <ViewLinks />
      <div className="sidebar-foot">
        <Link href="/me" className="who" title="Your account">
          <Avatar name={viewer.name} />
          <span className="who-name">
            {viewer.name}
            <small>{viewer.role.name}</small>
          </span>
        </Link>
        <div className="who-actions">
          <Link href="/me" className="button quiet icon-only small-screen-me">
            <Icon name="person" label="Your account" />
          </Link>
          <ThemeButton />
          <button type="button" className="button quiet icon-only" onClick={onHelp} aria-keyshortcuts="?">
            <Icon name="keyboard" label="Keys" />
          </button>
          <button type="button" className="button quiet icon-only" onClick={() => void session.signOut()}>
            <Icon name="sign-out" label="Sign out" />
          </button>
        </div>
      </div>
    </header>
  );
}

function ViewLinks() {
  const viewer = useViewer();
  const [location] = useLocation();
  const [search] = useSearchParams();
  const counts = useViewCounts();
  const current = location === '/tickets' ? (search.get('view') ?? usualView(viewer)) : null;
  return (
    <nav aria-label="Views" className="screens">
      <ul className="views">
        {viewsOf(viewer).map(({ id, label, icon }) => (
          <li key={id}>
            <Link href={`/tickets?view=${id}`} className="view-link" aria-current={current === id ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{label}</span>
              <span className="view-count">{counts?.[id] ?? ''}</span>
            </Link>
          </li>
        ))}
      </ul>
      <ul className="views">
        {SCREENS.filter(({ isFor }) => isFor(viewer)).map((screen) => (
          <li key={screen.paths[0]}>
            <Link
              href={screen.paths[0]}
              className="view-link"
              aria-current={showsAt(screen, location) ? 'page' : undefined}
            >
              <Icon name={screen.icon} />
              <span>{screen.label}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
