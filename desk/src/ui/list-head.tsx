import { type ReactNode } from 'react';
import './list-head.css';

interface ListHeadProps {
  readonly title: string;
  /** How many there are, where that is known. */
  readonly total?: number | undefined;
  /** Beside the title: links to related lists, what changed. */
  readonly children?: ReactNode;
  /** Search, filters and order. */
  readonly tools: ReactNode;
}

/** The head of a screen, which stays while the rest scrolls. */
export function ListHead({ title, total, children, tools }: ListHeadProps) {
  return (
    <div className="list-head">
      <h1>
        {title}
        <span className="list-total" role="status">
          {total !== undefined && <span className="visually-hidden">{`, ${total} in this list`}</span>}
          <span aria-hidden="true">{total?.toLocaleString()}</span>
        </span>
      </h1>
      {children}
      <search className="list-tools">{tools}</search>
    </div>
  );
}
