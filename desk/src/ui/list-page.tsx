import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { explain } from '../app/api.js';
import './page.css';

/** Where the pages before and after are; null where there is none. */
export interface PageLinks {
  readonly previous: string | null;
  readonly next: string | null;
}

interface ListPageProps {
  readonly title: string;
  readonly total?: number | undefined;
  /** Links to related lists, beside the title. */
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
    <div>
      <div className="list-head">
        <h1>
          {title}
          <span className="list-total" role="status">
            {total !== undefined && <span className="visually-hidden">{`, ${total} in this list`}</span>}
            <span aria-hidden="true">{total?.toLocaleString()}</span>
          </span>
        </h1>
        {tabs}
        <search className="list-tools">{tools}</search>
      </div>
      {error && (
        <p className="notice list-notice" role="alert">
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
