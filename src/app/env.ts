import { resolve } from 'node:path';
import { StartError } from '../common/start-error.js';
import { isLoopback } from '../http/loopback.js';
import { settingsWithBlanks } from './settings/blank-settings.js';
import { EMBEDDED } from './settings/formats.js';
import { settingNames, unknownSettings } from './settings/unknown-settings.js';
import { variables } from './settings/variables.js';

/** Thrown when settings are wrong; the message names every fault, one a line. */
export class SettingsError extends StartError {
  override name = 'SettingsError';

  /** @param hints further warnings, one a line */
  constructor(
    readonly faults: readonly string[],
    hints: readonly string[] = [],
  ) {
    super(['These settings are wrong:', ...[...faults, ...hints].map((line) => `  ${line}`)].join('\n'));
  }
}

export type Env = ReturnType<typeof readEnv>;

/**
 * Reads the settings. Empty variables count as absent, as docker-compose passes them.
 * @param source usually `process.env`
 * @throws SettingsError naming every setting that is wrong
 */
export function readEnv(source: NodeJS.ProcessEnv) {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = variables.safeParse(given);
  const withBlanks = settingsWithBlanks(settingNames, given);
  if (!parsed.success || withBlanks.length > 0) {
    const blanks = withBlanks.map((name) => `${name} must not begin or end with a blank or a line break`);
    // A fault caused by blanks is reported once.
    const others = (parsed.error?.issues ?? []).filter(({ path }) => !withBlanks.includes(String(path[0])));
    const faults = others.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new SettingsError([...blanks, ...faults], unknownSettings(given));
  }
  const env = parsed.data;
  const { ADMIN_EMAIL, ADMIN_USERNAME, ADMIN_PASSWORD } = env;
  return {
    production: env.NODE_ENV === 'production',
    port: env.PORT,
    host: env.HOST,
    /** Undefined: the embedded PostgreSQL in DATA_DIR. */
    databaseUrl: env.DATABASE_URL === EMBEDDED ? undefined : env.DATABASE_URL,
    replicaUrls: env.DATABASE_REPLICA_URLS,
    dataDir: resolve(env.DATA_DIR),
    jobsUrl: env.JOBS_URL,
    run: env.RUN,
    smtp: env.EMAIL_HOST
      ? {
          host: env.EMAIL_HOST,
          port: env.EMAIL_PORT,
          user: env.EMAIL_HOST_USER,
          password: env.EMAIL_HOST_PASSWORD,
          // A man in the middle can remove STARTTLS from the offer, and would then receive the password.
          requireTls:
            (env.EMAIL_TLS ?? (env.EMAIL_HOST_USER && !isLoopback(env.EMAIL_HOST) ? 'required' : 'offered')) ===
            'required',
        }
      : undefined,
    /**
     * Whether captured mails are shown at /mail to everybody who reaches the server: they contain links that set
     * passwords.
     */
    mailPage:
      env.EMAIL_HOST === undefined &&
      (env.MAIL_PAGE ?? (env.NODE_ENV !== 'production' && isLoopback(env.HOST) ? 'on' : 'off')) === 'on',
    mailFrom: env.EMAIL_FROM,
    /** How long a ticket mail waits, in milliseconds (docs/behaviour.md, "Mails"). */
    ticketMailDelayMs: env.ASSIGN_REPORT_SCHEDULE * 60_000,
    /** How long a mail about a comment or a mention waits, in milliseconds (docs/behaviour.md, "Mails"). */
    replyMailDelayMs: env.REPLY_DELAY_SECONDS * 1000,
    /** Time between two digests, in milliseconds (docs/behaviour.md, "Mails"). */
    digestIntervalMs:
      env.REPORT_SCHEDULE_HOURS * 3_600_000 + env.REPORT_SCHEDULE_MINUTES * 60_000 + env.REPORT_SCHEDULE_SECONDS * 1000,
    /** Whether the requester's answer sets a ticket back to work (docs/behaviour.md, "Waiting for the requester"). */
    reopensOnReply: env.REOPEN_ON_REPLY === 'on',
    jwtPrivateKeys: env.JWT_PRIVATE_KEYS,
    accessTokenSeconds: env.ACCESS_TOKEN_SECONDS,
    sessionDays: env.SESSION_DAYS,
    /** Signing up is closed by default in production. */
    signUp: env.SIGN_UP ?? (env.NODE_ENV === 'production' ? 'off' : 'open'),
    /** Whether a signed-up address counts only when the mail to it was confirmed. */
    confirmsEmail: (env.CONFIRM_EMAIL ?? (env.NODE_ENV === 'production' ? 'required' : 'off')) === 'required',
    admin:
      ADMIN_EMAIL && ADMIN_USERNAME && ADMIN_PASSWORD
        ? { email: ADMIN_EMAIL, username: ADMIN_USERNAME, password: ADMIN_PASSWORD }
        : undefined,
    demoData: env.DEMO_DATA ?? env.DATABASE_URL === undefined,
    publicUrl: env.PUBLIC_URL,
    frontEndUrl: env.FRONT_END_URL,
    /** Whether the front end is served at / and /tickets. */
    desk: env.DESK === 'on',
    allowedOrigins: env.ALLOWED_ORIGINS,
    trustedProxies: env.TRUST_PROXY,
    introspection: env.INTROSPECTION === 'on',
    logLevel: env.LOG_LEVEL,
    /** How long HTTP still accepts connections after SIGTERM, in milliseconds. */
    shutdownDelayMs: env.SHUTDOWN_DELAY_SECONDS * 1000,
    metricsToken: env.METRICS_TOKEN,
    /** Undefined: no traces. OpenTelemetry itself reads the rest of its variables. */
    tracing:
      (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT) && !env.OTEL_SDK_DISABLED
        ? {
            protocol: env.OTEL_EXPORTER_OTLP_PROTOCOL,
            sampler: env.OTEL_TRACES_SAMPLER,
            samplerRatio: env.OTEL_TRACES_SAMPLER_ARG,
          }
        : undefined,
    otlpHeaders: env.OTEL_EXPORTER_OTLP_HEADERS,
  };
}
