import { type MikroORM } from '@mikro-orm/postgresql';
import { type Logger } from 'pino';
import { AccessTokens } from '../accounts/sessions/access-token.js';
import { AccountMailDelivery } from '../accounts/addresses/account-mail.delivery.js';
import { AccountMails } from '../accounts/addresses/account-mails.js';
import { answerPasswordReset, sendAccountMail } from '../accounts/sign-in/auth.jobs.js';
import { AuthService } from '../accounts/sign-in/auth.service.js';
import { CurrentPassword } from '../accounts/passwords/current-password.js';
import { EmailConfirmationService } from '../accounts/addresses/email-confirmation.service.js';
import { ExpiredSessionCleanup } from '../accounts/sessions/expired-session-cleanup.js';
import { PasswordResetDelivery } from '../accounts/passwords/password-reset.delivery.js';
import { PasswordService } from '../accounts/passwords/password.service.js';
import { SessionReader } from '../accounts/sessions/session.reader.js';
import { SessionService } from '../accounts/sessions/session.service.js';
import { SignInThrottle } from '../accounts/sign-in/sign-in-throttle.js';
import { type SignUpPolicy } from '../accounts/sign-in/sign-up-policy.js';
import { type SigningKeys } from '../accounts/sessions/signing-keys.js';
import { ViewerCache } from '../accounts/viewer-cache.js';
import { type Clock } from '../common/clock.js';
import { ChangeCursors } from '../tickets/changes/change-cursor.js';
import { ChangeFeed } from '../tickets/changes/change-feed.js';
import { ChangeLogCleanup } from '../tickets/changes/change-log-cleanup.js';
import { ChangeLogReader } from '../tickets/changes/change-log.reader.js';
import { LiveChanges } from '../tickets/changes/live-changes.js';
import { ChangeSignal } from '../tickets/changes/change-signal.js';
import { CommentReader } from '../tickets/comments/comment.reader.js';
import { CommentService } from '../tickets/comments/comment.service.js';
import { type Replica } from '../database/replicas/replica.js';
import { type Replicas } from '../database/replicas/replicas.js';
import { Db } from '../database/db.js';
import { Writes } from '../database/writes.js';
import { type Readers, type Services } from '../graphql/context.js';
import { InsightsReader } from '../tickets/insights/insights.reader.js';
import { type JobQueue } from '../jobs/job-queue.js';
import { Links } from '../common/links.js';
import { type Mailer } from '../mail/mailer.js';
import { AuthorLimit } from '../notifications/author-limit.js';
import { NotificationLeases } from '../notifications/notification-leases.js';
import { Delivery } from '../notifications/delivery.js';
import { DigestPlanner } from '../notifications/digest-planner.js';
import { NotificationMail } from '../notifications/notification-mail.js';
import { DeliverySchedule } from '../notifications/delivery-schedule.js';
import { deliverNotifications } from '../notifications/notification.jobs.js';
import { NotificationReader } from '../notifications/notification.reader.js';
import { NotificationService } from '../notifications/notification.service.js';
import { NotificationSettingsService } from '../notifications/notification-settings.service.js';
import { NotificationStaffService } from '../notifications/notification-staff.service.js';
import { IgnoreTokens } from '../notifications/ignore-tokens.js';
import { TicketIgnoring } from '../notifications/ticket-ignoring.js';
import { UnsubscribeTokens } from '../notifications/unsubscribe-tokens.js';
import { Metrics } from '../observability/metrics.js';
import { tracedMailer } from '../observability/tracing/traced-mailer.js';
import { type Tracing } from '../observability/tracing/tracing.js';
import { ProductReader } from '../products/product.reader.js';
import { ProductService } from '../products/product.service.js';
import { SearchLimiter } from '../search/search-limiter.js';
import { SearchUpkeep } from '../search/search-upkeep.js';
import { SimilarTicketReader } from '../tickets/similar-ticket.reader.js';
import { TicketDuplicatesService } from '../tickets/ticket-duplicates.service.js';
import { countLiveTickets } from '../tickets/product-tickets.js';
import { TimelineReader } from '../tickets/timeline/timeline.reader.js';
import { TicketEventReader } from '../tickets/ticket-event.reader.js';
import { TicketListReader } from '../tickets/ticket-list.reader.js';
import { TicketReader } from '../tickets/ticket.reader.js';
import { TicketService } from '../tickets/ticket.service.js';
import { TicketStore } from '../tickets/ticket.store.js';
import { AddressChange } from '../accounts/addresses/address-change.js';
import { RoleService } from '../accounts/roles/role.service.js';
import { WatchReader } from '../tickets/watching/watch.reader.js';
import { WatchService } from '../tickets/watching/watch.service.js';
import { UserDeletion } from '../tickets/user-deletion.js';
import { UserReader } from '../accounts/users/user.reader.js';
import { type OnUserDeleted, UserService } from '../accounts/users/user.service.js';

/** The dependencies of the application. */
export interface AppParts {
  readonly orm: MikroORM;
  readonly databaseUrl: string;
  /** Replicas for reads of the API; without them all reads go to the primary. */
  readonly replicas?: Replicas;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly jobs: JobQueue;
  readonly mailer: Mailer;
  readonly signingKeys: SigningKeys;
  /** Only when there is an OTLP endpoint. */
  readonly tracing?: Tracing | undefined;
  readonly settings: {
    readonly accessTokenSeconds: number;
    readonly sessionDays: number;
    readonly signUp: SignUpPolicy;
    /** Whether a signed-up address counts only when the mail to it was confirmed. */
    readonly confirmsEmail: boolean;
    readonly ticketMailDelayMs: number;
    /** Delay of mails about comments and mentions. */
    readonly replyMailDelayMs: number;
    readonly digestIntervalMs: number;
    /** Whether the requester's answer sets a ticket back to work. */
    readonly reopensOnReply: boolean;
    readonly publicUrl: string;
    /** Base URL for links to tickets, if not the explorer. */
    readonly frontEndUrl?: string | undefined;
  };
}

/** The application: services and readers, used by the HTTP server and the worker. */
export interface App extends AppParts {
  readonly services: Services;
  readonly readers: Readers;
  /** The same readers on a replica. */
  readonly readersOn: (replica: Replica) => Readers;
  readonly accessTokens: AccessTokens;
  readonly metrics: Metrics;
  readonly delivery: Delivery;
  readonly passwordResets: PasswordResetDelivery;
  readonly accountMails: AccountMailDelivery;
  readonly throttle: SignInThrottle;
  readonly endedSignIns: ExpiredSessionCleanup;
  readonly searchUpkeep: SearchUpkeep;
  readonly changeSignal: ChangeSignal;
  readonly changeLogCleanup: ChangeLogCleanup;
  readonly deliverySchedule: DeliverySchedule;
  readonly digests: DigestPlanner;
  readonly unsubscribeTokens: UnsubscribeTokens;
  readonly ignoreTokens: IgnoreTokens;
  readonly ticketIgnoring: TicketIgnoring;
}

/** Never to be changed: links in mails that were sent depend on it. */
const UNSUBSCRIBE_PURPOSE = 'docket unsubscribe links v1';
const IGNORE_PURPOSE = 'docket ignore links v1';
/** To be changed together with what a cursor holds. */
const CHANGE_CURSOR_PURPOSE = 'docket change cursors v1';

function readersOf(db: Db, clock: Clock, searchLimiter: SearchLimiter, cursors: ChangeCursors): Readers {
  return {
    tickets: new TicketReader(db),
    ticketLists: new TicketListReader(db, searchLimiter),
    similarTickets: new SimilarTicketReader(db, searchLimiter),
    ticketEvents: new TicketEventReader(db),
    watching: new WatchReader(db),
    timelines: new TimelineReader(db),
    changes: new ChangeFeed(new ChangeLogReader(db), cursors),
    comments: new CommentReader(db, searchLimiter),
    insights: new InsightsReader(db, clock, searchLimiter),
    users: new UserReader(db, searchLimiter),
    products: new ProductReader(db, searchLimiter),
    sessions: new SessionReader(db, clock),
    notifications: new NotificationReader(db),
  };
}

export function createApp(parts: AppParts): App {
  const { orm, clock, jobs, settings, logger, tracing } = parts;
  const mailer = tracing ? tracedMailer(parts.mailer) : parts.mailer;
  const { digestIntervalMs } = settings;
  const links = new Links(settings);
  const db = new Db(orm);
  const accessTokens = new AccessTokens(parts.signingKeys, clock, settings.accessTokenSeconds);
  const deliverySchedule = new DeliverySchedule(
    async ({ ids, at }) => jobs.schedule(deliverNotifications, { ids: [...ids] }, at),
    logger,
  );
  const notifications = new NotificationService({
    clock,
    delayMs: settings.ticketMailDelayMs,
    replyDelayMs: settings.replyMailDelayMs,
    scheduleDeliveries: deliverySchedule.add,
  });
  const digests = new DigestPlanner({
    db,
    clock,
    intervalMs: digestIntervalMs,
    scheduleDeliveries: deliverySchedule.add,
  });
  const unsubscribeTokens = new UnsubscribeTokens(parts.signingKeys.derive(UNSUBSCRIBE_PURPOSE));
  const ignoreTokens = new IgnoreTokens(parts.signingKeys.derive(IGNORE_PURPOSE));
  const viewers = new ViewerCache(db, clock);
  const throttle = new SignInThrottle(db, clock);
  const accountMails = new AccountMails(clock, async (id) => jobs.schedule(sendAccountMail, { id }, new Date()));
  const currentPassword = new CurrentPassword({ orm, throttle });
  const addressChange = new AddressChange({ orm, clock, currentPassword, accountMails, signUp: settings.signUp });
  const sessions = new SessionService({ orm, clock, accessTokens, viewers, sessionDays: settings.sessionDays });
  const ticketStore = new TicketStore({ orm, db, writes: new Writes(orm), notifications });
  const userDeletion = new UserDeletion({ clock, notifications, ticketStore });
  const onUserDeleted: OnUserDeleted = async (...deleted) => userDeletion.of(...deleted);
  const searches = new SearchLimiter();
  const changeCursors = new ChangeCursors(parts.signingKeys.derive(CHANGE_CURSOR_PURPOSE), clock);
  const readers = readersOf(db, clock, searches, changeCursors);
  const readersOfReplicas = new Map(
    parts.replicas?.all.map((replica) => [
      replica,
      readersOf(new Db(orm, replica.runner(db.run)), clock, searches, changeCursors),
    ]),
  );
  const metrics = new Metrics({ orm, db, clock, replicas: parts.replicas });
  const changeSignal = new ChangeSignal({ db, databaseUrl: parts.databaseUrl, logger });
  return {
    ...parts,
    metrics,
    accessTokens,
    throttle,
    endedSignIns: new ExpiredSessionCleanup(db, clock),
    searchUpkeep: new SearchUpkeep(db, logger),
    changeSignal,
    changeLogCleanup: new ChangeLogCleanup(db),
    passwordResets: new PasswordResetDelivery({ orm, clock, mailer, links, tracing }),
    accountMails: new AccountMailDelivery({ orm, clock, mailer, links, tracing }),
    deliverySchedule,
    digests,
    unsubscribeTokens,
    ignoreTokens,
    ticketIgnoring: new TicketIgnoring({ db, clock, store: ticketStore }),
    services: {
      links,
      auth: new AuthService({
        orm,
        clock,
        sessions,
        throttle,
        accountMails,
        signUp: settings.signUp,
        confirmsEmail: settings.confirmsEmail,
      }),
      sessions,
      passwords: new PasswordService({
        orm,
        clock,
        sessions,
        throttle,
        currentPassword,
        viewers,
        scheduleDelivery: async (id) => jobs.schedule(answerPasswordReset, { id }, new Date()),
      }),
      confirmations: new EmailConfirmationService({ orm, clock, viewers, accountMails, signUp: settings.signUp }),
      viewers,
      users: new UserService({ orm, clock, sessions, viewers, onUserDeleted, currentPassword, addressChange }),
      roles: new RoleService({ orm, clock, viewers }),
      tickets: new TicketService({ clock, store: ticketStore }),
      liveChanges: new LiveChanges({
        reader: new ChangeLogReader(db),
        signal: changeSignal,
        metrics: metrics.subscriptions,
        logger,
      }),
      ticketDuplicates: new TicketDuplicatesService({ clock, store: ticketStore }),
      watching: new WatchService({ clock, store: ticketStore }),
      comments: new CommentService({ orm, clock, ticketStore, reopensOnReply: settings.reopensOnReply }),
      products: new ProductService({ orm, clock, countTickets: countLiveTickets }),
      notifications: new NotificationStaffService({ orm, notifications }),
      notificationSettings: new NotificationSettingsService({ orm, clock, notifications, digests }),
    },
    readers,
    readersOn: (replica) => readersOfReplicas.get(replica) ?? readers,
    delivery: new Delivery({
      leases: new NotificationLeases({ orm, db, clock, limit: new AuthorLimit(orm, clock) }),
      mailer,
      mails: new NotificationMail({ db, links, digestIntervalMs, unsubscribeTokens, ignoreTokens }),
      afterDigest: async (recipientId) => digests.plan(recipientId),
      metrics,
      logger,
      tracing,
    }),
  };
}
