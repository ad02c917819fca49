import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { explain } from '../app/api.js';
import { type PageLinks } from './address.js';
import { ListHead } from './list-head.js';
import './page.css';

interface ListPageProps {
  readonly title: string;
  readonly total?: number | undefined;
  /** Beside the title: links to related lists. */
  readonly tabs?: ReactNode;
  readonly tools: ReactNode;
  readonly loading: boolean;
  /** Why there is no list. */
  readonly error?: Error | undefined;
  /** What is said instead of an empty list; null while there are rows. */
  readonly empty: string | null;
  readonly pages?: PageLinks | undefined;
  readonly children: ReactNode;
}

/** A list, with its search and filters above and the links to its other pages below. */
export function ListPage({ title, total, tabs, tools, loading, error, empty, pages, children }: ListPageProps) {
  return (
    <div className="list-page">
      <ListHead title={title} total={total} tools={tools}>
        {tabs}
      </ListHead>
      {error && (
        <p className="notice" role="alert">
          {explain(error)}
        </p>
      )}
      <div aria-busy={loading}>
        {children}
        {empty !== null && !loading && !error && (
          <p className="list-empty" role="status">
            {empty}
          </p>
        )}
      </div>
      {pages && (pages.previous !== null || pages.next !== null) && (
        <nav aria-label="Pages" className="pages">
          <PageLink href={pages.previous}>Previous</PageLink>
          <PageLink href={pages.next}>Next</PageLink>
        </nav>
      )}
    </div>
  );
}

function PageLink({ href, children }: { href: string | null; children: string }) {
  if (href === null) return null;
  return (
    <Link href={href} className="button" onClick={() => scrollTo(0, 0)}>
      {children}
    </Link>
  );
}
