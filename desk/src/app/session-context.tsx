import { useQuery } from '@apollo/client/react';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { ViewerDocument, type ViewerQuery } from '../generated/graphql.js';
import { SignIn } from '../features/sign-in/sign-in.js';
import { Splash } from '../ui/splash.js';
import { session } from './api.js';
import { onBackAgain, reportUnreachable, useConnection } from './connection.js';

export type Viewer = NonNullable<ViewerQuery['viewer']>;

const ViewerContext = createContext<Viewer | null>(null);

/** The person who is signed in. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('Nobody is signed in here');
  return viewer;
}

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

const NO_RIGHTS = {
  canViewAll: false,
  canEditAll: false,
  canDeleteAll: false,
  canManageUsers: false,
  canManageTickets: false,
  canAssignTickets: false,
};

function WithViewer({ children }: { children: ReactNode }) {
  const { data } = useQuery(ViewerDocument);
  const connection = useConnection();
  const known = data?.viewer;
  const viewer = useMemo(() => known && withGrantedRights(known), [known]);
  if (!viewer) return <Splash offline={connection === 'offline'} />;
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}
