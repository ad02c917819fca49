import { mutate } from '../../app/api.js';
import { usePerform } from '../../app/perform.js';
import {
  MeDocument,
  type MeQuery,
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
} from '../../generated/graphql.js';
import { Section } from '../../ui/form-page.js';
import { Time } from '../../ui/time.js';

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

/** Where one is signed in; all sessions but this one can be ended here. */
export function Sessions({ sessions }: { sessions: readonly Session[] }) {
  const { busy, perform } = usePerform();
  const end = async (id: string) =>
    perform(
      async () => (await mutate(RevokeSessionDocument, { input: { id } }, [MeDocument])).revokeSession,
      'The session has ended.',
    );
  const endOthers = async () =>
    perform(
      async () => (await mutate(RevokeOtherSessionsDocument, {}, [MeDocument])).revokeOtherSessions,
      'All other sessions have ended.',
    );
  return (
    <Section id="sessions" title="Where you are signed in">
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
                onClick={() => void end(id)}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && (
        <button type="button" className="button" disabled={busy} onClick={() => void endOthers()}>
          End all others
        </button>
      )}
    </Section>
  );
}
