import { useQuery } from '@apollo/client/react';
import { explain } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { MeDocument } from '../../generated/graphql.js';
import { useTitle } from '../../ui/use-title.js';
import { MailSettings } from './mail-settings.js';
import { PasswordForm } from './password-form.js';
import { Sessions } from './sessions.js';
import './me.css';

/** One's own mails, password and sessions. */
export function MePage() {
  useTitle('Your account');
  const viewer = useViewer();
  const { data, error } = useQuery(MeDocument);
  const settings = data?.viewer?.notificationSettings;
  const sessions = data?.viewer?.sessions;
  return (
    <div className="me">
      <header>
        <h1>Your account</h1>
        <p className="soft">
          {viewer.name}, {viewer.username}, {viewer.email}
        </p>
      </header>
      {error && !data && (
        <p className="notice" role="alert">
          {explain(error)}
        </p>
      )}
      {settings && <MailSettings saved={settings} />}
      {data && <PasswordForm username={viewer.username} />}
      {sessions && <Sessions sessions={sessions} />}
    </div>
  );
}
