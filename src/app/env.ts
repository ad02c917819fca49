import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type SignUpPolicy } from '../accounts/sign-in/sign-up-policy.js';
import { settingsWithBlanks } from './blank-settings.js';
import { DatabaseUrlError, parseDatabaseUrl } from '../database/connection/database-url.js';
import { isLoopback } from '../http/loopback.js';
import { nearestName } from '../common/nearest-name.js';
import { isMailbox } from '../mail/mailbox.js';
import { SAMPLERS } from '../observability/tracing/samplers.js';
import { StartError } from '../common/start-error.js';

/** Thrown when settings are wrong; the message names every fault, one a line. */
export class SettingsError extends StartError {
  override name = 'SettingsError';

  /** @param hints what else a person should look at, one a line */
  constructor(
    readonly faults: readonly string[],
    hints: readonly string[] = [],
  ) {
    super(['These settings are wrong:', ...[...faults, ...hints].map((line) => `  ${line}`)].join('\n'));
  }
}

const NODE_ENVIRONMENTS = ['production', 'development', 'test'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** Not grpc: its library is larger than all of the server. */
const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const;

const HOURS_A_YEAR = 366 * 24;
const MINUTES_A_YEAR = HOURS_A_YEAR * 60;

const wholeNumber = (least: number, most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`)
    .default(fallback);

/** Beyond the most that is given, instants would leave the calendar and timers fire at once. */
const amount = (most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number, zero or more')
    .transform(Number)
    .refine((value) => value <= most, `must be a number up to ${most}`)
    .default(fallback);

const share = (fallback: number) =>
  z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(fallback);

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const yesOrNo = oneOf(['true', 'false']).transform((value) => value === 'true');

const url = (protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

type Refinement = (value: string, context: z.core.$RefinementCtx<string>) => void;

/** Every part of the URL is known: one that is mistyped would be left out otherwise, and TLS with it. */
const checkDatabaseUrl: Refinement = (value, context) => {
  try {
    parseDatabaseUrl(value);
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
};

/** Names the embedded PostgreSQL where it has to be asked for: in production. */
const EMBEDDED = 'embedded';

const databaseUrl = z.string().superRefine(checkDatabaseUrl);

const databaseUrlOrEmbedded = z.string().superRefine((value, context) => {
  if (value !== EMBEDDED) checkDatabaseUrl(value, context);
});

/** Without what a URL has around it: a port has a setting of its own. */
const hostName = z
  .string()
  .refine(
    (value) => isIP(value) !== 0 || /^[^\s:/@?#[\]]+$/.test(value),
    'must be the name or the address of a host alone, without a scheme, a port or brackets',
  );

const MONGODB = /^mongodb(\+srv)?:/;
const POSTGRESQL = /^postgres(ql)?:/;

const jobStoreUrl = z.string().superRefine((value, context) => {
  if (POSTGRESQL.test(value)) checkDatabaseUrl(value, context);
  else if (!MONGODB.test(value) || !URL.canParse(value)) {
    context.addIssue({ code: 'custom', message: 'must be a URL that begins with postgres:// or mongodb://' });
  }
});
/** Where people reach something over HTTP, for paths to be added to: without a slash at its end. */
const address = url(['http:', 'https:']).transform((value, context) => {
  const fault = addressFault(value);
  if (fault === null) return new URL(value).href.replace(/\/+$/, '');
  context.addIssue({ code: 'custom', message: fault });
  return z.NEVER;
});

function addressFault(value: string): string | null {
  if (/[\s\p{Cc}]/u.test(value)) return 'must have no blanks in it';
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') return 'must hold no user name and no password: it stands in every mail';
  return /[?#]/.test(value) ? 'must end with its host or a path, without ? and #: paths are added to it' : null;
}

/** An origin as browsers name it: what is compared letter by letter, and given in lower case without a slash at its end. */
const origin = url(['http:', 'https:']).transform((value, context) => {
  const { origin: own, username, password, pathname, search, hash, hostname } = new URL(value);
  const fault =
    username !== '' || password !== '' || pathname !== '/' || search !== '' || hash !== '' || hostname.includes('*')
      ? 'must be origins, such as https://desk.example.com: scheme, host and port, without a path and without *'
      : null;
  if (fault === null) return own;
  context.addIssue({ code: 'custom', message: fault });
  return z.NEVER;
});

const mailbox = z
  .string()
  .trim()
  .refine(isMailbox, 'must be one mailbox: docket@example.com or Docket <docket@example.com>');

const listOf = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item))
    .default([]);

/** An address, a network, or one of the groups that Fastify's proxy-addr knows by name. */
const proxy = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.enum(['loopback', 'linklocal', 'uniquelocal'])], {
  error: 'must be addresses or networks of proxies, comma-separated, or loopback, linklocal, uniquelocal',
});

const DOMAIN = /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

const signUpPolicy = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim().toLowerCase()))
  .refine(
    (parts) => parts.every((part) => DOMAIN.test(part)) || (parts.length === 1 && parts.every(isSignUpWord)),
    'must be open, off, or domains, comma-separated: example.com,example.org',
  )
  .transform((domains): SignUpPolicy => {
    const [word = ''] = domains;
    return isSignUpWord(word) ? word : domains;
  });

function isSignUpWord(value: string): value is 'open' | 'off' {
  return value === 'open' || value === 'off';
}

const REPORT_SCHEDULE = ['REPORT_SCHEDULE_HOURS', 'REPORT_SCHEDULE_MINUTES', 'REPORT_SCHEDULE_SECONDS'] as const;
const ADMINISTRATOR = ['ADMIN_EMAIL', 'ADMIN_USERNAME', 'ADMIN_PASSWORD'] as const;

/**
 * When a rule about several settings is checked: each of them is right by itself. Faults in others do not matter, so
 * that everything wrong is told at once.
 */
function allRight(names: readonly string[]) {
  return ({ issues }: { readonly issues: readonly { readonly path?: readonly PropertyKey[] | undefined }[] }) =>
    !issues.some(({ path }) => names.includes(String(path?.[0])));
}

/** Every variable that Docket reads, with its rule and default. The table in README.md says the same in prose. */
const variables = z
  .object({
    NODE_ENV: oneOf(NODE_ENVIRONMENTS).default('development'),
    PORT: wholeNumber(0, 65_535, 4000),
    HOST: hostName.default('127.0.0.1'),
    DATABASE_URL: databaseUrlOrEmbedded.optional(),
    DATABASE_REPLICA_URLS: listOf(databaseUrl),
    DATA_DIR: z.string().default('.data'),
    JOBS_URL: jobStoreUrl.optional(),
    RUN: oneOf(['all', 'api', 'worker']).default('all'),
    EMAIL_HOST: hostName.optional(),
    EMAIL_PORT: wholeNumber(1, 65_535, 587),
    EMAIL_HOST_USER: z.string().optional(),
    EMAIL_HOST_PASSWORD: z.string().optional(),
    EMAIL_TLS: oneOf(['required', 'offered']).optional(),
    EMAIL_FROM: mailbox.default('Docket <docket@localhost>'),
    ASSIGN_REPORT_SCHEDULE: amount(MINUTES_A_YEAR, 12),
    REPORT_SCHEDULE_HOURS: amount(HOURS_A_YEAR, 24),
    REPORT_SCHEDULE_MINUTES: amount(MINUTES_A_YEAR, 0),
    REPORT_SCHEDULE_SECONDS: amount(60 * MINUTES_A_YEAR, 0),
    JWT_PRIVATE_KEYS: z.string().optional(),
    ACCESS_TOKEN_SECONDS: wholeNumber(1, 86_400, 600),
    SESSION_DAYS: wholeNumber(1, 3650, 30),
    SIGN_UP: signUpPolicy.optional(),
    CONFIRM_EMAIL: oneOf(['required', 'off']).optional(),
    ADMIN_EMAIL: z.email('must be an e-mail address').optional(),
    ADMIN_USERNAME: z.string().optional(),
    ADMIN_PASSWORD: z.string().optional(),
    DEMO_DATA: yesOrNo.optional(),
    PUBLIC_URL: address.optional(),
    FRONT_END_URL: address.optional(),
    ALLOWED_ORIGINS: listOf(origin),
    INTROSPECTION: oneOf(['on', 'off']).default('on'),
    TRUST_PROXY: listOf(proxy),
    MAIL_PAGE: oneOf(['on', 'off']).optional(),
    LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
    SHUTDOWN_DELAY_SECONDS: wholeNumber(0, 300, 0),
    OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:']).optional(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(['http:', 'https:']).optional(),
    OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(OTLP_PROTOCOLS).default('http/protobuf'),
    OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
    OTEL_SERVICE_NAME: z.string().default('docket'),
    OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
    OTEL_TRACES_SAMPLER: oneOf(SAMPLERS).default('parentbased_always_on'),
    OTEL_TRACES_SAMPLER_ARG: share(1),
    OTEL_SDK_DISABLED: yesOrNo.default(false),
    METRICS_TOKEN: z.string().min(16, 'must have 16 characters or more').optional(),
  })
  .refine((env) => REPORT_SCHEDULE.reduce((sum, name) => sum + env[name], 0) > 0, {
    path: [REPORT_SCHEDULE.join(', ')],
    message: 'must add up to more than zero',
    when: allRight(REPORT_SCHEDULE),
  })
  .refine((env) => new Set(ADMINISTRATOR.map((name) => env[name] === undefined)).size === 1, {
    path: [ADMINISTRATOR.join(', ')],
    message: 'must be given all three, or none',
    when: allRight(ADMINISTRATOR),
  })
  .refine((env) => env.NODE_ENV !== 'production' || env.DATABASE_URL !== undefined, {
    path: ['DATABASE_URL'],
    message: `must be set in production: postgres://…, or "${EMBEDDED}" for the PostgreSQL in DATA_DIR`,
    when: allRight(['NODE_ENV', 'DATABASE_URL']),
  })
  .refine((env) => env.DATABASE_REPLICA_URLS.length === 0 || ![undefined, EMBEDDED].includes(env.DATABASE_URL), {
    path: ['DATABASE_REPLICA_URLS'],
    message: 'needs DATABASE_URL, whose replicas they are',
    when: allRight(['DATABASE_URL', 'DATABASE_REPLICA_URLS']),
  });

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(variables.shape);

/** Names that begin like ours are meant to be ours: no other program reads them beside Docket. */
const OUR_PREFIXES = /^(ADMIN|ASSIGN_REPORT|DATABASE|DOCKET|EMAIL|JOBS|JWT|REPORT_SCHEDULE)_/;
/** A short name such as HOME is near to too many. */
const SHORTEST_TYPED_NAME = 7;
const MOST_TYPING_ERRORS = 2;

/**
 * Says of each variable that looks like a setting and is none which one may be meant, by name: a setting that is mistyped
 * would keep its default without a word.
 */
export function unknownSettings(source: NodeJS.ProcessEnv): string[] {
  return Object.keys(source).flatMap((name) => {
    if (settingNames.includes(name)) return [];
    const mistyped =
      name.length < SHORTEST_TYPED_NAME ? undefined : nearestName(name, settingNames, MOST_TYPING_ERRORS);
    if (mistyped === undefined && !OUR_PREFIXES.test(name)) return [];
    const [prefix = ''] = name.split('_', 1);
    const kin = settingNames.filter((known) => known.startsWith(`${prefix}_`));
    const lastWord = name.slice(name.lastIndexOf('_'));
    const meant = mistyped ?? kin.find((known) => known.endsWith(lastWord)) ?? nearestName(name, kin, name.length);
    return [`${name} is no setting of Docket and is not read.${meant === undefined ? '' : ` Is ${meant} meant?`}`];
  });
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
    // What is wrong because of its blanks is told once.
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
          // Whoever is in between can hide that STARTTLS is offered, and would then be told the password.
          requireTls:
            (env.EMAIL_TLS ?? (env.EMAIL_HOST_USER && !isLoopback(env.EMAIL_HOST) ? 'required' : 'offered')) ===
            'required',
        }
      : undefined,
    /** Whether captured mails are shown at /mail to whoever reaches the server: they hold links that set passwords. */
    mailPage:
      env.EMAIL_HOST === undefined &&
      (env.MAIL_PAGE ?? (env.NODE_ENV !== 'production' && isLoopback(env.HOST) ? 'on' : 'off')) === 'on',
    mailFrom: env.EMAIL_FROM,
    /** How long a ticket mail waits, in milliseconds (requirements 74–76). */
    ticketMailDelayMs: env.ASSIGN_REPORT_SCHEDULE * 60_000,
    /** Time between two digests, in milliseconds (requirements 79). */
    digestIntervalMs:
      env.REPORT_SCHEDULE_HOURS * 3_600_000 + env.REPORT_SCHEDULE_MINUTES * 60_000 + env.REPORT_SCHEDULE_SECONDS * 1000,
    jwtPrivateKeys: env.JWT_PRIVATE_KEYS,
    accessTokenSeconds: env.ACCESS_TOKEN_SECONDS,
    sessionDays: env.SESSION_DAYS,
    /** A server that strangers reach lets none of them in unless it is said. */
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
    allowedOrigins: env.ALLOWED_ORIGINS,
    trustedProxies: env.TRUST_PROXY,
    introspection: env.INTROSPECTION === 'on',
    logLevel: env.LOG_LEVEL,
    /** How long HTTP still lets clients in after SIGTERM, in milliseconds. */
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
