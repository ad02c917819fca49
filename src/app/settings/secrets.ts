import { MIN_SECRET_LENGTH } from '../../observability/secrets.js';
import { type Env } from '../env.js';

function passwordsIn(url = ''): string[] {
  const [, inAuthority] = /^[\w+.-]+:\/\/[^/?#]*?:([^/?#]*)@/.exec(url) ?? [];
  const inQuery = [...url.matchAll(/[?&](?:ssl)?password=([^&#]*)/g)].map(([, raw]) => raw);
  return [inAuthority, ...inQuery].flatMap((raw) => (raw === undefined ? [] : [raw, decoded(raw)]));
}

function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** Of `name=value,name=value`, as they stand there and as they are sent. */
function headerValues(headers: string): string[] {
  const values = headers.split(',').map((header) => header.slice(header.indexOf('=') + 1).trim());
  const sent = values.filter((value) => !/%(?![\da-f]{2})/i.test(value)).map((value) => unescape(value));
  return [...values, ...sent];
}

/** As it stands in a JSON text, and in what SMTP's sign-in sends. */
function formsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')];
}

/** The secrets among the settings, in every form in which a message may repeat them. */
export function secretsIn(env: Env): string[] {
  const privateKeys = [...(env.jwtPrivateKeys ?? '').matchAll(/"d"\s*:\s*"([^"]+)"/g)].map(([, key = '']) => key);
  const { user, password } = env.smtp ?? {};
  const signIn = user !== undefined && password !== undefined ? [`\0${user}\0${password}`] : [];
  const known = [
    ...passwordsIn(env.databaseUrl),
    ...env.replicaUrls.flatMap((url) => passwordsIn(url)),
    ...passwordsIn(env.jobsUrl),
    ...privateKeys,
    ...signIn,
    password ?? '',
    env.admin?.password ?? '',
    env.metricsToken ?? '',
    ...headerValues(env.otlpHeaders ?? ''),
  ];
  return [...new Set(known.flatMap(formsOf))].filter((form) => form.length >= MIN_SECRET_LENGTH);
}
