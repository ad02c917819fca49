import { useId, useRef } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { Avatar } from '../ui/avatar.js';
import { Icon, type IconName } from '../ui/icon.js';
import { useMediaQuery } from '../ui/use-media-query.js';
import { session } from './api.js';
import { mayCreate } from './rights.js';
import { SCREENS, showsAt } from './screens.js';
import { useViewer } from './session-context.js';
import { ThemeButton } from './theme.js';
import { useViewCounts } from './view-counts.js';
import { usualView, viewsOf } from './views.js';

interface SidebarProps {
  readonly onHelp: () => void;
}

/** The navigation: at the side, or on a small screen above the rest, with all but the new ticket in a menu. */
export function Sidebar({ onHelp }: SidebarProps) {
  const viewer = useViewer();
  const isSmall = useMediaQuery('(max-width: 48rem)');
  return (
    <header className="sidebar">
      {isSmall && <Menu onHelp={onHelp} />}
      <Link href="/tickets" className="logo">
        <Icon name="logo" /> Docket
      </Link>
      {mayCreate(viewer) && (
        <Link href="/tickets/new" className="button primary new-ticket" aria-keyshortcuts="c">
          <Icon name="plus" /> New ticket
        </Link>
      )}
      {!isSmall && (
        <>
          <nav aria-label="Views">
            <Screens />
          </nav>
          <Account onHelp={onHelp} />
        </>
      )}
    </header>
  );
}

/** A button that opens the navigation of a small screen. The browser closes it with Escape and by a click elsewhere. */
function Menu({ onHelp }: SidebarProps) {
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = () => menu.current?.hidePopover();
  return (
    <nav aria-label="Views">
      <button type="button" className="button icon-only" popoverTarget={id}>
        <Icon name="menu" label="Menu" />
      </button>
      <div ref={menu} id={id} popover="auto" className="popover menu">
        <Screens onFollow={close} />
        <Account onHelp={onHelp} onFollow={close} />
      </div>
    </nav>
  );
}

interface FollowProps {
  /** A link was followed, perhaps to where one is already. */
  readonly onFollow?: () => void;
}

function Screens({ onFollow }: FollowProps) {
  const viewer = useViewer();
  const [location] = useLocation();
  const [search] = useSearchParams();
  const counts = useViewCounts();
  const current = location === '/tickets' ? (search.get('view') ?? usualView(viewer)) : null;
  return (
    <>
      <ul className="views">
        {viewsOf(viewer).map(({ id, label, icon }) => (
          <Item
            key={id}
            href={`/tickets?view=${id}`}
            label={label}
            icon={icon}
            isCurrent={current === id}
            count={counts?.[id]}
            onFollow={onFollow}
          />
        ))}
      </ul>
      <ul className="views">
        {SCREENS.filter(({ isFor }) => isFor(viewer)).map((screen) => (
          <Item
            key={screen.paths[0]}
            href={screen.paths[0]}
            label={screen.label}
            icon={screen.icon}
            isCurrent={showsAt(screen, location)}
            onFollow={onFollow}
          />
        ))}
      </ul>
    </>
  );
}

interface ItemProps {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
  readonly isCurrent: boolean;
  readonly count?: number | undefined;
  readonly onFollow: (() => void) | undefined;
}

function Item({ href, label, icon, isCurrent, count, onFollow }: ItemProps) {
  return (
    <li>
      <Link
        href={href}
        className="view-link"
        aria-current={isCurrent ? 'page' : undefined}
        {...(onFollow && { onClick: onFollow })}
      >
        <Icon name={icon} />
        <span>{label}</span>
        <span className="view-count">{count?.toLocaleString()}</span>
      </Link>
    </li>
  );
}

function Account({ onHelp, onFollow }: SidebarProps & FollowProps) {
  const viewer = useViewer();
  return (
    <div className="sidebar-foot">
      <Link href="/me" className="who" title="Your account" {...(onFollow && { onClick: onFollow })}>
        <Avatar name={viewer.name} />
        <span className="who-name">
          <bdi>{viewer.name}</bdi>
          <small>{viewer.role.name}</small>
        </span>
      </Link>
      <div className="who-actions">
        <ThemeButton />
        <button type="button" className="button quiet icon-only" onClick={onHelp} aria-keyshortcuts="?">
          <Icon name="keyboard" label="Keys" />
        </button>
        <button type="button" className="button quiet icon-only" onClick={() => void session.signOut()}>
          <Icon name="sign-out" label="Sign out" />
        </button>
      </div>
    </div>
  );
}
