import { z } from 'zod';
import { SAMPLERS } from '../../observability/tracing/samplers.js';
import {
  wholeNumber,
  nonNegativeNumber,
  share,
  oneOf,
  yesOrNo,
  url,
  EMBEDDED,
  databaseUrl,
  databaseUrlOrEmbedded,
  jobStoreUrl,
  address,
  hostName,
  origin,
  mailbox,
  listOf,
  proxy,
  signUpPolicy,
} from './formats.js';

const NODE_ENVIRONMENTS = ['production', 'development', 'test'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** grpc is not supported: its library is larger than the server. */
const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const;

const HOURS_A_YEAR = 366 * 24;
const MINUTES_A_YEAR = HOURS_A_YEAR * 60;

const REPORT_SCHEDULE = ['REPORT_SCHEDULE_HOURS', 'REPORT_SCHEDULE_MINUTES', 'REPORT_SCHEDULE_SECONDS'] as const;
const ADMINISTRATOR = ['ADMIN_EMAIL', 'ADMIN_USERNAME', 'ADMIN_PASSWORD'] as const;

/**
 * A rule about several settings is checked if each of them is valid, regardless of faults in others, so that all faults
 * are reported together.
 */
function allRight(names: readonly string[]) {
  return ({ issues }: { readonly issues: readonly { readonly path?: readonly PropertyKey[] | undefined }[] }) =>
    !issues.some(({ path }) => names.includes(String(path?.[0])));
}

/** Every variable that Docket reads, with its rule and default. The tables in docs/settings.md say the same in prose. */
export const variables = z
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
    ASSIGN_REPORT_SCHEDULE: nonNegativeNumber(MINUTES_A_YEAR, 12),
    REPLY_DELAY_SECONDS: wholeNumber(0, 3600, 60),
    REPORT_SCHEDULE_HOURS: nonNegativeNumber(HOURS_A_YEAR, 24),
    REPORT_SCHEDULE_MINUTES: nonNegativeNumber(MINUTES_A_YEAR, 0),
    REPORT_SCHEDULE_SECONDS: nonNegativeNumber(60 * MINUTES_A_YEAR, 0),
    REOPEN_ON_REPLY: oneOf(['on', 'off']).default('on'),
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
    DESK: oneOf(['on', 'off']).default('on'),
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
