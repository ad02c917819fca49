import { isIP } from 'node:net';
import { z } from 'zod';
import { type SignUpPolicy } from '../../accounts/sign-in/sign-up-policy.js';
import { DatabaseUrlError, parseDatabaseUrl } from '../../database/connection/database-url.js';
import { isMailbox } from '../../mail/mailbox.js';

export const wholeNumber = (least: number, most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`)
    .default(fallback);

/** A number from zero to a maximum: durations beyond it give invalid dates, and timers that fire at once. */
export const nonNegativeNumber = (most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number, zero or more')
    .transform(Number)
    .refine((value) => value <= most, `must be a number up to ${most}`)
    .default(fallback);

export const share = (fallback: number) =>
  z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(fallback);

export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

export const yesOrNo = oneOf(['true', 'false']).transform((value) => value === 'true');

export const url = (protocols: readonly string[]) =>
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

/** The value that selects the embedded PostgreSQL, required in production. */
export const EMBEDDED = 'embedded';

export const databaseUrl = z.string().superRefine(checkDatabaseUrl);

export const databaseUrlOrEmbedded = z.string().superRefine((value, context) => {
  if (value !== EMBEDDED) checkDatabaseUrl(value, context);
});

/** A host name or address, not a URL: the port is a setting of its own. */
export const hostName = z
  .string()
  .refine(
    (value) => isIP(value) !== 0 || /^[^\s:/@?#[\]]+$/.test(value),
    'must be the name or the address of a host alone, without a scheme, a port or brackets',
  );

const MONGODB = /^mongodb(\+srv)?:/;
const POSTGRESQL = /^postgres(ql)?:/;

export const jobStoreUrl = z.string().superRefine((value, context) => {
  if (POSTGRESQL.test(value)) checkDatabaseUrl(value, context);
  else if (!MONGODB.test(value) || !URL.canParse(value)) {
    context.addIssue({ code: 'custom', message: 'must be a URL that begins with postgres:// or mongodb://' });
  }
});
/** A base URL, normalized to end without a slash. */
export const address = url(['http:', 'https:']).transform((value, context) => {
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
export const origin = url(['http:', 'https:']).transform((value, context) => {
  const { origin: own, username, password, pathname, search, hash, hostname } = new URL(value);
  const fault =
    username !== '' || password !== '' || pathname !== '/' || search !== '' || hash !== '' || hostname.includes('*')
      ? 'must be origins, such as https://desk.example.com: scheme, host and port, without a path and without *'
      : null;
  if (fault === null) return own;
  context.addIssue({ code: 'custom', message: fault });
  return z.NEVER;
});

export const mailbox = z
  .string()
  .trim()
  .refine(isMailbox, 'must be one mailbox: docket@example.com or Docket <docket@example.com>');

export const listOf = (item: z.ZodType<string, string>) =>
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
export const proxy = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.enum(['loopback', 'linklocal', 'uniquelocal'])],
  {
    error: 'must be addresses or networks of proxies, comma-separated, or loopback, linklocal, uniquelocal',
  },
);

const DOMAIN = /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

export const signUpPolicy = z
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
