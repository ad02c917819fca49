import { useMutation } from '@apollo/client/react';
import { explain } from '../../app/api.js';
import {
  MeDocument,
  type MeQuery,
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
} from '../../generated/graphql.js';
import { Time } from '../../ui/time.js';
import { tell, tellError } from '../../ui/toast.js';

type Session = NonNullable<NonNullable<MeQuery['viewer']>['sessions']>[number];

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** A browser in words; a program as it calls itself. Order matters: browsers also name those that they resemble. */
function deviceOf(userAgent: string | null): string {
  if (userAgent === null) return 'Unknown device';
  const browser = BROWSERS.find(([mark]) => userAgent.includes(mark))?.[1];
  const system = SYSTEMS.find(([mark]) => userAgent.includes(mark))?.[1];
  if (browser === undefined) return userAgent;
  return system === undefined ? browser : `${browser} on ${system}`;
}

/** Ends sessions and shows the outcome as a message. `send` gives what is wrong. */
async function end(send: () => Promise<string | undefined>, done: string): Promise<void> {
  try {
    const message = await send();
    if (message === undefined) tell(done);
    else tellError(message);
  } catch (failure) {
    tellError(explain(failure));
  }
}

/** Where one is signed in; all sessions but this one can be ended here. */
export function Sessions({ sessions }: { sessions: readonly Session[] }) {
  const [revoke, one] = useMutation(RevokeSessionDocument, { refetchQueries: [MeDocument] });
  const [revokeOthers, others] = useMutation(RevokeOtherSessionsDocument, { refetchQueries: [MeDocument] });
  const busy = one.loading || others.loading;
  const endOne = async (id: string) => {
    const { data } = await revoke({ variables: { input: { id } } });
    return data?.revokeSession.userErrors[0]?.message;
  };
  const endOthers = async () => (await revokeOthers()).data?.revokeOtherSessions.userErrors[0]?.message;
  return (
    <section aria-labelledby="sessions-title">
      <h2 id="sessions-title">Where you are signed in</h2>
      <ul className="sessions">
        {sessions.map(({ id, userAgent, ipAddress, lastUsedAt, current }) => (
          <li key={id}>
            <div title={userAgent ?? undefined}>
              <strong className="session-device">{deviceOf(userAgent)}</strong>
              <small className="soft">
                {current ? (
                  'This session'
                ) : (
                  <>
                    Used <Time at={lastUsedAt} />
                  </>
                )}
                {ipAddress !== null && `, from ${ipAddress}`}
              </small>
            </div>
            {!current && (
              <button
                type="button"
                className="button small"
                disabled={busy}
                aria-label={`End the session of ${deviceOf(userAgent)}`}
                onClick={() => void end(async () => endOne(id), 'The session has ended.')}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && (
        <button
          type="button"
          className="button"
          disabled={busy}
          onClick={() => void end(endOthers, 'All other sessions have ended.')}
        >
          End all others
        </button>
      )}
    </section>
  );
}
