import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { explain } from '../app/api.js';
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

interface NoRecordProps {
  /** What it would be: "product". */
  readonly what: string;
  readonly back: FormPageProps['back'];
  readonly query: { readonly loading: boolean; readonly error?: Error | undefined };
}

/** In the place of a record that is not here: not yet, as the server gave an error, or as there is none. */
export function NoRecord({ what, back, query: { loading, error } }: NoRecordProps) {
  if (loading) return <div aria-busy="true" />;
  return (
    <FormPage title={error ? 'This did not work' : `No such ${what}`} {...(back && { back })}>
      <p role={error && 'alert'}>
        {error ? explain(error) : `There is no ${what} at this address. It may have been deleted.`}
      </p>
    </FormPage>
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
