import { type AuthService } from '../accounts/sign-in/auth.service.js';
import { type EmailConfirmationService } from '../accounts/addresses/email-confirmation.service.js';
import { type PasswordService } from '../accounts/passwords/password.service.js';
import { type RefreshCookie } from '../accounts/sessions/refresh-cookie.js';
import { type SessionService } from '../accounts/sessions/session.service.js';
import { type Viewer } from '../accounts/viewer.js';
import { type ViewerCache } from '../accounts/viewer-cache.js';
import { type CommentService } from '../tickets/comments/comment.service.js';
import { type NotificationStaffService } from '../notifications/notification-staff.service.js';
import { type NotificationSettingsService } from '../notifications/notification-settings.service.js';
import { type ProductService } from '../products/product.service.js';
import { type TicketDuplicatesService } from '../tickets/ticket-duplicates.service.js';
import { type TicketService } from '../tickets/ticket.service.js';
import { type RoleService } from '../accounts/roles/role.service.js';
import { type UserService } from '../accounts/users/user.service.js';
import { unauthenticated, type UnauthenticatedReason } from './errors.js';
import { type Loaders, type Readers } from '../app/loaders.js';

export interface Services {
  readonly auth: AuthService;
  readonly sessions: SessionService;
  readonly passwords: PasswordService;
  readonly confirmations: EmailConfirmationService;
  readonly viewers: ViewerCache;
  readonly users: UserService;
  readonly roles: RoleService;
  readonly tickets: TicketService;
  readonly ticketDuplicates: TicketDuplicatesService;
  readonly comments: CommentService;
  readonly products: ProductService;
  readonly notifications: NotificationStaffService;
  readonly notificationSettings: NotificationSettingsService;
}

/** Where a request comes from, for the list of a person's sessions, and for limits. */
export interface Client {
  readonly ipAddress: string | null;
  /** What limits count by (accounts/client-network.ts). */
  readonly network: string | null;
  readonly userAgent: string | null;
}

/** What every resolver gets, made anew for each request. */
export interface Context {
  readonly requestId: string;
  readonly client: Client;
  /** Null when not signed in. Signing in makes the rest of the same request see with the new viewer's eyes. */
  viewer: Viewer | null;
  /** Why there is no viewer, if there is none. A token that came and is not good never counts as no token. */
  readonly refusal: UnauthenticatedReason;
  readonly refreshCookie: RefreshCookie;
  readonly services: Services;
  /** Of the primary, unless the request is a query and a replica is up to date (replica-reads.ts). */
  readers: Readers;
  readonly loaders: Loaders;
  /** Makes the loaders read everything again. */
  reload(): void;
}

/**
 * The viewer of a request that must have one.
 * @throws UNAUTHENTICATED when there is none
 */
export function signedIn({ viewer, refusal }: Pick<Context, 'viewer' | 'refusal'>): Viewer {
  if (viewer === null) throw unauthenticated(refusal);
  return viewer;
}
