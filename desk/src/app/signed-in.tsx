import { useQuery } from '@apollo/client/react';
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import { SignIn } from '../features/sign-in/sign-in.js';
import { ViewerDocument } from '../generated/graphql.js';
import { Splash } from '../ui/splash.js';
import { session } from './api.js';
import { onBackAgain, reportUnreachable, useConnection } from './connection.js';
import { NO_RIGHTS } from './rights.js';
import { type Viewer, ViewerContext } from './session-context.js';

function useSession() {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  useEffect(() => {
    const resume = () => {
      session.resume().catch(reportUnreachable);
    };
    resume();
    return onBackAgain(resume);
  }, []);
  return state;
}

/** Shows the desk to who is signed in, and otherwise how to sign in, at the same address. */
export function SignedIn({ children }: { children: ReactNode }) {
  const state = useSession();
  const connection = useConnection();
  const userId = state.status === 'signedIn' ? state.userId : null;
  if (state.status === 'signedOut') return <SignIn ended={state.ended} />;
  if (userId === null) return <Splash offline={connection === 'offline'} />;
  return <WithViewer key={userId}>{children}</WithViewer>;
}

/** The viewer with the rights that the API grants: none of the role's until the address is confirmed. */
function withGrantedRights(viewer: Viewer): Viewer {
  if (viewer.emailConfirmed !== false) return viewer;
  const { id, name } = viewer.role;
  return { ...viewer, role: { id, name, ...NO_RIGHTS } };
}

function WithViewer({ children }: { children: ReactNode }) {
  const { data } = useQuery(ViewerDocument);
  const connection = useConnection();
  const known = data?.viewer;
  const viewer = useMemo(() => known && withGrantedRights(known), [known]);
  if (!viewer) return <Splash offline={connection === 'offline'} />;
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}
