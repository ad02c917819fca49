import { type Env } from '../app/env.js';

const HIDDEN = '[hidden]';

/** What is shorter would also be found in words that are no secret. */
const SHORTEST_SECRET = 6;

const SECRET_NAME = String.raw`\w*(?:password|passwd|secret|token|authorization|cookie)`;

/** What is a secret wherever it stands, by its looks or by the name before it. */
const PATTERNS: readonly [RegExp, string][] = [
  // The password in a URL.
  [/(:\/\/[^\s:/?#"'@]*):[^\s/"']*@/g, `$1:${HIDDEN}@`],
  [/\b(Bearer|Basic) +[^\s"'\\,]+/gi, `$1 ${HIDDEN}`],
  // A JWT; a refresh, reset or unsubscribe token, which are 32 or 33 bytes in base64url.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, HIDDEN],
  [/(?<![\w-])[\w-]{43,44}(?![\w-])/g, HIDDEN],
  // A member of an object in JSON, and one in JSON or GraphQL that is text in JSON.
  [new RegExp(String.raw`("${SECRET_NAME}":)"(?:[^"\\]|\\.)*"`, 'gi'), `$1"${HIDDEN}"`],
  [new RegExp(String.raw`(${SECRET_NAME}(?:\\")?\s*[:=]\s*)\\"(?:(?!\\").)*\\"`, 'gi'), `$1\\"${HIDDEN}\\"`],
];

/** Each pattern finds only texts that hold one of these, in whatever case, or a long token. */
const HINTS = ['://', 'bearer', 'basic', 'eyj', 'passw', 'secret', 'token', 'authorization', 'cookie'];
const TOKEN_LENGTH = 43;

function isTokenCharacter(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f;
}

/** Whether so many such characters stand in a row; most of the text is skipped, since every line is asked. */
function holdsToken(text: string): boolean {
  let end = TOKEN_LENGTH - 1;
  while (end < text.length) {
    let place = end;
    while (place > end - TOKEN_LENGTH && isTokenCharacter(text.charCodeAt(place))) place -= 1;
    if (place === end - TOKEN_LENGTH) return true;
    end = place + TOKEN_LENGTH;
  }
  return false;
}

/** The patterns take some microseconds, which most lines need not pay. */
function isWorthALook(text: string): boolean {
  const lower = text.toLowerCase();
  return HINTS.some((hint) => lower.includes(hint)) || holdsToken(text);
}

/** The text without the secrets that it may hold: those that are named, and whatever looks like one. */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_SECRET && clean.includes(secret)) clean = clean.replaceAll(secret, HIDDEN);
  }
  if (!isWorthALook(clean)) return clean;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}

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
  return [...new Set(known.flatMap(formsOf))].filter((form) => form.length >= SHORTEST_SECRET);
}

const SECRET_FIELD = /password|token|secret/i;
const IN_DOCUMENT = new RegExp(String.raw`${SECRET_NAME}\s*:\s*"((?:[^"\\]|\\.)*)"`, 'gi');

/** Walks what a client sent; bodies are bounded, and so is this. */
function collect(value: unknown, isSecret: boolean, into: Set<string>): void {
  if (typeof value === 'string') {
    if (isSecret) into.add(value);
    else for (const [, literal = ''] of value.matchAll(IN_DOCUMENT)) into.add(literal);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, isSecret, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) collect(member, isSecret || SECRET_FIELD.test(name), into);
  }
}

/** What a client sent as passwords and tokens: in the header, in variables, and in the text of a document. */
export function secretsSent(authorization: string | undefined, body: unknown): string[] {
  const found = new Set<string>();
  for (const part of (authorization ?? '').split(' ').slice(1)) found.add(part);
  collect(body, false, found);
  return [...found];
}
