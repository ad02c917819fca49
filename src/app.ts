import { type MikroORM } from '@mikro-orm/postgresql';
import { type Logger } from 'pino';
import { AccessTokens } from './auth/access-token.js';
import { AccountMailDelivery } from './auth/account-mail.delivery.js';
import { AccountMails } from './auth/account-mails.js';
import { answerPasswordReset, sendAccountMail } from './auth/auth.jobs.js';
import { AuthService } from './auth/auth.service.js';
import { CurrentPassword } from './auth/current-password.js';
import { EmailConfirmationService } from './auth/email-confirmation.service.js';
import { EndedSignIns } from './auth/ended-sign-ins.js';
import { PasswordResetDelivery } from './auth/password-reset.delivery.js';
import { PasswordService } from './auth/password.service.js';
import { SessionReader } from './auth/session.reader.js';
import { SessionService } from './auth/session.service.js';
import { SignInThrottle } from './auth/sign-in-throttle.js';
import { type SignUpPolicy } from './auth/sign-up-policy.js';
import { type SigningKeys } from './auth/signing-keys.js';
import { ViewerSource } from './auth/viewer-source.js';
import { type Clock } from './clock.js';
import { CommentReader } from './comments/comment.reader.js';
import { CommentService } from './comments/comment.service.js';
import { type Replica } from './database/replicas/replica.js';
import { type Replicas } from './database/replicas/replicas.js';
import { Rows } from './database/rows.js';
import { Writes } from './database/writes.js';
import { type Services } from './graphql/context.js';
import { type Readers } from './graphql/loaders.js';
import { InsightsReader } from './insights/insights.reader.js';
import { type JobQueue } from './jobs/job-queue.js';
import { Links } from './links.js';
import { type Mailer } from './mail/mailer.js';
import { AuthorLimit } from './notifications/author-limit.js';
import { Claims } from './notifications/claims.js';
import { Delivery } from './notifications/delivery.js';
import { DigestPlanner } from './notifications/digest-planner.js';
import { NotificationMail } from './notifications/notification-mail.js';
import { deliverNotification } from './notifications/notification.jobs.js';
import { NotificationReader } from './notifications/notification.reader.js';
import { NotificationService, type Wake } from './notifications/notification.service.js';
import { NotificationSettingsService } from './notifications/notification-settings.service.js';
import { NotificationStaffService } from './notifications/notification-staff.service.js';
import { UnsubscribeTokens } from './notifications/unsubscribe-tokens.js';
import { Metrics } from './observability/metrics.js';
import { tracedMailer } from './observability/tracing/traced-mailer.js';
import { inChildSpan, type Tracing } from './observability/tracing/tracing.js';
import { ProductReader } from './products/product.reader.js';
import { ProductService } from './products/product.service.js';
import { SearchUpkeep } from './search/search-upkeep.js';
import { SearchTurns } from './search-turns.js';
import { SimilarTicketReader } from './tickets/similar-ticket.reader.js';
import { TicketBulkService } from './tickets/ticket-bulk.service.js';
import { TicketChanger } from './tickets/ticket-changer.js';
import { TicketDuplicatesService } from './tickets/ticket-duplicates.service.js';
import { TicketEventReader } from './tickets/ticket-event.reader.js';
import { TicketReader } from './tickets/ticket.reader.js';
import { TicketService } from './tickets/ticket.service.js';
import { TicketWriter } from './tickets/ticket-writer.js';
import { AddressChange } from './users/address-change.js';
import { RoleService } from './users/role.service.js';
import { UserDeparture } from './users/user-departure.js';
import { UserReader } from './users/user.reader.js';
import { UserService } from './users/user.service.js';

/** What the parts of Docket are made of. */
export interface AppParts {
  readonly orm: MikroORM;
  /** Where reads of the API may go; without them all go to the ORM's database. */
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
    readonly digestIntervalMs: number;
    readonly publicUrl: string;
    /** Where links to tickets lead instead. */
    readonly frontEndUrl?: string | undefined;
  };
}

/** Docket without its doors: HTTP and the worker both stand on it. */
export interface App extends AppParts {
  readonly services: Services;
  readonly readers: Readers;
  /** Readers like `readers`, on a replica. */
  readonly readersOn: (replica: Replica) => Readers;
  readonly accessTokens: AccessTokens;
  readonly metrics: Metrics;
  readonly delivery: Delivery;
  readonly passwordResets: PasswordResetDelivery;
  readonly accountMails: AccountMailDelivery;
  readonly throttle: SignInThrottle;
  readonly endedSignIns: EndedSignIns;
  readonly digests: DigestPlanner;
  readonly searchUpkeep: SearchUpkeep;
  readonly unsubscribeTokens: UnsubscribeTokens;
}

/** Never to be changed: links in mails that people got stand on it. */
const UNSUBSCRIBE_PURPOSE = 'docket unsubscribe links v1';

function readersOf(rows: Rows, clock: Clock, turns: SearchTurns): Readers {
  return {
    tickets: new TicketReader(rows, turns),
    similarTickets: new SimilarTicketReader(rows, turns),
    ticketEvents: new TicketEventReader(rows),
    comments: new CommentReader(rows, turns),
    insights: new InsightsReader(rows, clock, turns),
    users: new UserReader(rows, turns),
    products: new ProductReader(rows, turns),
    sessions: new SessionReader(rows, clock),
    notifications: new NotificationReader(rows),
  };
}

export function createApp(parts: AppParts): App {
  const { orm, clock, jobs, settings, logger, tracing } = parts;
  const mailer = tracing ? tracedMailer(parts.mailer) : parts.mailer;
  const { digestIntervalMs } = settings;
  const links = new Links(settings);
  const rows = new Rows(orm);
  const accessTokens = new AccessTokens(parts.signingKeys, clock, settings.accessTokenSeconds);
  const wake: Wake = async ({ id, sendAt }) =>
    inChildSpan('schedule job', 'producer', { 'docket.job': deliverNotification.name }, async () =>
      jobs.schedule(deliverNotification, { id }, sendAt),
    );
  const notifications = new NotificationService({ clock, delayMs: settings.ticketMailDelayMs, wake });
  const digests = new DigestPlanner({ rows, clock, intervalMs: digestIntervalMs, wake });
  const unsubscribeTokens = new UnsubscribeTokens(parts.signingKeys.derive(UNSUBSCRIBE_PURPOSE));
  const viewers = new ViewerSource(rows, clock);
  const throttle = new SignInThrottle(rows, clock);
  const accountMails = new AccountMails(clock, async (id) => jobs.schedule(sendAccountMail, { id }, new Date()));
  const currentPassword = new CurrentPassword({ orm, throttle });
  const addressChange = new AddressChange({ orm, clock, currentPassword, accountMails, signUp: settings.signUp });
  const sessions = new SessionService({ orm, clock, accessTokens, viewers, sessionDays: settings.sessionDays });
  const departure = new UserDeparture({ clock, notifications });
  const changer = new TicketChanger({ clock, notifications });
  const writer = new TicketWriter({ rows, writes: new Writes(orm), clock, notifications });
  const searches = new SearchTurns();
  const readers = readersOf(rows, clock, searches);
  const readersOfReplicas = new Map(
    parts.replicas?.all.map((replica) => [
      replica,
      readersOf(new Rows(orm, replica.runner(rows.run)), clock, searches),
    ]),
  );
  const metrics = new Metrics({ orm, rows, clock, replicas: parts.replicas });
  return {
    ...parts,
    metrics,
    accessTokens,
    throttle,
    endedSignIns: new EndedSignIns(rows, clock),
    passwordResets: new PasswordResetDelivery({ orm, clock, mailer, links, tracing }),
    accountMails: new AccountMailDelivery({ orm, clock, mailer, links, tracing }),
    digests,
    searchUpkeep: new SearchUpkeep(rows, logger),
    unsubscribeTokens,
    services: {
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
        wake: async (id) => jobs.schedule(answerPasswordReset, { id }, new Date()),
      }),
      confirmations: new EmailConfirmationService({ orm, clock, viewers, accountMails, signUp: settings.signUp }),
      viewers,
      users: new UserService({ orm, clock, sessions, viewers, departure, currentPassword, addressChange }),
      roles: new RoleService({ orm, clock, viewers }),
      tickets: new TicketService({ orm, clock, notifications, changer, writer }),
      ticketBulk: new TicketBulkService({ orm, notifications, changer }),
      ticketDuplicates: new TicketDuplicatesService({ orm, changer, notifications }),
      comments: new CommentService({ orm, clock, notifications }),
      products: new ProductService({ orm, clock }),
      notifications: new NotificationStaffService({ orm, notifications }),
      notificationSettings: new NotificationSettingsService({ orm, clock, notifications, digests }),
    },
    readers,
    readersOn: (replica) => readersOfReplicas.get(replica) ?? readers,
    delivery: new Delivery({
      claims: new Claims(rows, clock, new AuthorLimit(orm, clock)),
      mailer,
      mails: new NotificationMail({ rows, links, digestIntervalMs, unsubscribeTokens }),
      afterDigest: async (recipientId) => digests.plan(recipientId),
      metrics,
      logger,
      tracing,
    }),
  };
}
