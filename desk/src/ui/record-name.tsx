import { type ReactNode } from 'react';
import { Link } from 'wouter';

interface RecordNameProps {
  readonly name: string;
  /** Its page; null where it has none, as it was deleted. */
  readonly href: string | null;
  /** Before the name. */
  readonly icon?: ReactNode;
  /** What else there is to say: "You", "built in". */
  readonly tag?: string | null;
}

/** The first cell of a row of records: the whole row leads to the page of the record. */
export function RecordName({ name, href, icon, tag = null }: RecordNameProps) {
  return (
    <th scope="row">
      <span className="record-name" title={name}>
        {icon}
        {href === null ? (
          <span className="clip" dir="auto">
            {name}
          </span>
        ) : (
          <Link href={href} dir="auto">
            {name}
          </Link>
        )}
        {tag !== null && <span className="tag">{tag}</span>}
      </span>
    </th>
  );
}
