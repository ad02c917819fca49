import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { Icon } from './icon.js';
import { useTitle } from './use-title.js';
import './page.css';

interface FormPageProps {
  readonly title: string;
  /** The list that it belongs to. */
  readonly back?: { readonly href: string; readonly label: string };
  readonly about?: ReactNode;
  readonly children: ReactNode;
}

/** A page of sections and forms, one below the other. */
export function FormPage({ title, back, about, children }: FormPageProps) {
  useTitle(title);
  return (
    <div className="page">
      <header>
        {back && (
          <Link href={back.href} className="back">
            <Icon name="back" /> {back.label}
          </Link>
        )}
        <h1>
          <bdi>{title}</bdi>
        </h1>
        {about}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly children: ReactNode;
}

export function Section({ id, title, children }: SectionProps) {
  return (
    <section aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}

/** For those who open the address of a page that their role has no right to. */
export function NoAccess({ title, may }: { title: string; may: string }) {
  return (
    <FormPage title={title}>
      <p>{`Your role may not ${may}. Somebody who manages users can give you a role that may.`}</p>
    </FormPage>
  );
}
