import { useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { explain } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { MeDocument } from '../../generated/graphql.js';
import { FormPage } from '../../ui/form-page.js';
import { Address } from './address-form.js';
import { DeleteAccount } from './delete-account.js';
import { MailSettings } from './mail-settings.js';
import { NameForm } from './name-form.js';
import { PasswordForm } from './password-form.js';
import { Sessions } from './sessions.js';
import './me.css';

/** One's own account. */
export function MePage() {
  const viewer = useViewer();
  const { data, error, refetch } = useQuery(MeDocument);
  useEffect(() => {
    // The link in a mail to a new address opens in another tab.
    const onVisible = () => {
      if (document.visibilityState === 'visible') refetch().catch(() => undefined);
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, [refetch]);
  const me = data?.viewer;
  return (
    <FormPage
      title="Your account"
      about={
        <p className="soft">
          <bdi>{viewer.name}</bdi>, {viewer.username}, {viewer.email}
        </p>
      }
    >
      {error && !data && (
        <p className="notice" role="alert">
          {explain(error)}
        </p>
      )}
      {me?.notificationSettings && <MailSettings saved={me.notificationSettings} />}
      {me && (
        <>
          <NameForm key={`${me.firstName} ${me.lastName} ${me.username}`} account={me} />
          <Address account={me} />
          <PasswordForm username={viewer.username} />
        </>
      )}
      {me?.sessions && <Sessions sessions={me.sessions} />}
      {me && <DeleteAccount />}
    </FormPage>
  );
}
