import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { ShortcutHelp, useShortcuts } from '../ui/shortcuts.js';
import { Toasts } from '../ui/toast.js';
import { useConnection } from './connection.js';
import { mayCreate } from './rights.js';
import { useViewer } from './session-context.js';
import { Sidebar } from './sidebar.js';
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
