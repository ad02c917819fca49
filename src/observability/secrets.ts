const HIDDEN = '[hidden]';

/** What is shorter would also be found in words that are no secret. */
export const MIN_SECRET_LENGTH = 6;

const SECRET_NAME = String.raw`\w*(?:password|passwd|secret|token|authorization|cookie)`;

/** What is a secret wherever it stands, by its looks or by the name before it. */
const PATTERNS: readonly [RegExp, string][] = [
  // The password in a URL.
  [/(:\/\/[^\s:/?#"'@]*):[^\s/"']*@/g, `$1:${HIDDEN}@`],
  [/\b(Bearer|Basic) +[^\s"'\\,]+/gi, `$1 ${HIDDEN}`],
  // A JWT; a refresh, reset or unsubscribe token, which are 32 or 33 bytes in base64url; one to ignore a ticket, of 48.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, HIDDEN],
  [/(?<![\w-])[\w-]{43,44}(?![\w-])/g, HIDDEN],
  [/(?<![\w-])(?![\da-f]{64}(?![\w-]))[\w-]{64}(?![\w-])/g, HIDDEN],
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
    if (secret.length >= MIN_SECRET_LENGTH && clean.includes(secret)) clean = clean.replaceAll(secret, HIDDEN);
  }
  if (!isWorthALook(clean)) return clean;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
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
