import { Link, useLocation } from 'wouter';

const TABS = [
  { href: '/people', label: 'People' },
  { href: '/roles', label: 'Roles' },
] as const;

export function PeopleTabs() {
  const [location] = useLocation();
  return (
    <nav aria-label="People and roles" className="tabs">
      {TABS.map(({ href, label }) => (
        <Link key={href} href={href} className="tab" aria-current={location === href ? 'page' : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
