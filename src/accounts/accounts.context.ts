import { UnauthenticatedError, type UnauthenticatedReason } from '../common/errors.js';
import { type Context } from '../graphql/context.js';
import { loaderById } from '../graphql/loader.js';
import { type EmailConfirmationService } from './addresses/email-confirmation.service.js';
import { type Client } from './client.js';
import { type PasswordService } from './passwords/password.service.js';
import { type RoleService } from './roles/role.service.js';
import { type RefreshCookie } from './sessions/refresh-cookie.js';
import { type SessionReader } from './sessions/session.reader.js';
import { type SessionService } from './sessions/session.service.js';
import { type AuthService } from './sign-in/auth.service.js';
import { type UserReader } from './users/user.reader.js';
import { type UserService } from './users/user.service.js';
import { type Viewer } from './viewer.js';
import { type ViewerCache } from './viewer-cache.js';

declare module '../graphql/context.js' {
  interface Context {
    readonly client: Client;
    /** Null when not signed in. A mutation that signs in replaces it for the rest of the request. */
    viewer: Viewer | null;
    /** Why there is no viewer. An invalid token is never treated as a missing one. */
    readonly refusal: UnauthenticatedReason;
    readonly refreshCookie: RefreshCookie;
  }
  interface Services {
    readonly auth: AuthService;
    readonly sessions: SessionService;
    readonly passwords: PasswordService;
    readonly confirmations: EmailConfirmationService;
    readonly viewers: ViewerCache;
    readonly users: UserService;
    readonly roles: RoleService;
  }
  interface Readers {
    readonly users: UserReader;
    readonly sessions: SessionReader;
  }
}

/**
 * The viewer of a request that must have one.
 * @throws UnauthenticatedError when there is none
 */
export function signedIn({ viewer, refusal }: Pick<Context, 'viewer' | 'refusal'>): Viewer {
  if (viewer === null) throw new UnauthenticatedError(refusal);
  return viewer;
}

export const userById = loaderById(async ({ readers }, ids) => readers.users.byIds(ids));

export const roleById = loaderById(async ({ readers }, ids) => readers.users.rolesByIds(ids));

/** The viewer's own live ones. */
export const sessionById = loaderById(async (context) => context.readers.sessions.live(signedIn(context).id));
