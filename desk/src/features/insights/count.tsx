import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { useViewer } from '../../app/session-context.js';
import { type QueueAddress, queueLink } from '../queue/address.js';

export type Filters = Partial<Omit<QueueAddress, 'view' | 'search' | 'order'>>;

/** Whether the viewer may read every ticket that Insights count. */
export function useSeesAll(): boolean {
  const { role, ticketPermissions } = useViewer();
  return role.canViewAll && ticketPermissions?.view !== false;
}

interface CountProps {
  /** What is counted, for screen readers: "active tickets of Mei Tanaka". */
  readonly of: string;
  readonly filters: Filters;
  readonly children: ReactNode;
}

const number = new Intl.NumberFormat();

/** A figure that leads to the tickets behind it, for those who may read all of them; text for others. */
export function Figure({ of, filters, children }: CountProps) {
  if (!useSeesAll()) return <span className="figure">{children}</span>;
  return (
    <Link href={queueLink(filters)} className="figure">
      {children}
      <span className="visually-hidden"> {of}</span>
    </Link>
  );
}

export function Count({ value, ...figure }: Omit<CountProps, 'children'> & { readonly value: number }) {
  return <Figure {...figure}>{number.format(value)}</Figure>;
}
