/** One protection: what to take out of which file, and the tests that must then fail. */
export interface Protection {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
}

function protection(name: string, file: string, from: string, to: string, ...tests: string[]): Protection {
  return { name, file: `src/${file}`, from, to, tests: tests.map((test) => `tests/${test}`) };
}

const LIMITS = 'graphql/query-limits';

const QUERY_LANGUAGE = [
  protection('depth', 'graphql/query-limits.ts', "name: 'depth', most: 10", "name: 'depth', most: 1000", LIMITS),
  protection('aliases', 'graphql/query-limits.ts', "name: 'aliases', most: 15", "name: 'aliases', most: 1000", LIMITS),
  protection('directives', 'graphql/query-limits.ts', "'directives', most: 10", "'directives', most: 1000", LIMITS),
  protection('repeated fields', 'graphql/query-limits.ts', "'repeats', most: 10", "'repeats', most: 1000", LIMITS),
  protection('cost', 'graphql/query-limits.ts', "'cost', most: 50_000", "'cost', most: 50_000_000", LIMITS),
  protection('cost of lists', 'graphql/query-cost.ts', ' * this.#items(field, definition)', '', LIMITS),
  protection('cost by ids', 'graphql/node.resolver.ts', "@ListSize('ids')", '@ListSize(1)', LIMITS),
  protection('cost of duplicates', 'tickets/ticket.resolver.ts', '@ListSize(MOST_DUPLICATES)', '@ListSize(1)', LIMITS),
  protection('cost of updateTickets', 'tickets/ticket.payloads.ts', '@ListSize(MOST_TICKETS)', '@ListSize(1)', LIMITS),
  protection(
    'bound on duplicates',
    'tickets/ticket.reader.ts',
    'order by t.number limit ${sql.lit(MOST_DUPLICATES)}',
    'order by t.number',
    'tickets/ticket-duplicates',
  ),
  protection('fragments measured once', 'graphql/query-cost.ts', '    if (known) return known;', '', LIMITS),
  protection('one secret a document', 'graphql/query-limits.ts', 'secret.length > 1', 'secret.length > 100', LIMITS),
  protection('tokens', 'server.ts', 'MOST_TOKENS = 1000', 'MOST_TOKENS = 1_000_000', 'graphql/http'),
  protection('errors', 'server.ts', 'MOST_VALIDATION_ERRORS = 5', 'MOST_VALIDATION_ERRORS = 500', 'graphql/hostile'),
  protection(
    'errors about variables',
    'graphql/request-errors.ts',
    'errors.slice(0, most)',
    'errors',
    'graphql/hostile',
  ),
  protection(
    '400 for unfit input',
    'graphql/request-errors.ts',
    'http.status = 400',
    'http.status = 200',
    'graphql/hostile',
  ),
  protection('body', 'server.ts', 'LARGEST_BODY_BYTES = 100 * 1024', 'LARGEST_BODY_BYTES = 1e9', 'graphql/http'),
  protection('page size', 'graphql/connection.ts', 'LARGEST_PAGE = 100', 'LARGEST_PAGE = 10_000', 'graphql/paging'),
  protection(
    'no batches',
    'server.ts',
    'allowBatchedHttpRequests: false',
    'allowBatchedHttpRequests: true',
    'graphql/cop',
  ),
  protection('no forged requests', 'server.ts', 'csrfPrevention: true', 'csrfPrevention: false', 'graphql/cop'),
  protection('suggestions', 'server.ts', 'suggestions: options.introspection', 'suggestions: true', 'graphql/cop'),
  protection(
    'introspection',
    'server.ts',
    'introspection: options.introspection,\n    include',
    'introspection: true,\n    include',
    'graphql/cop',
  ),
  protection(
    'masked errors',
    'graphql/format-error.ts',
    'return { ...insteadOf(original), locations, path };',
    'return formatted;',
    'graphql/masked-errors',
  ),
  protection(
    'depth of filters',
    'tickets/ticket-filter.ts',
    'const DEEPEST = 5',
    'const DEEPEST = 5000',
    'tickets/ticket-filter',
  ),
];

const SIGNING_IN = [
  protection('cost of a hash', 'auth/password.ts', 'memoryCost: 19 * 1024', 'memoryCost: 1024', 'auth/sign-up'),
  protection('hashes at once', 'auth/password.ts', 'MOST_AT_ONCE = 2', 'MOST_AT_ONCE = 100', 'auth/sign-in-memory'),
  protection('hashes waiting', 'turns.ts', 'this.#waiting.length >= this.#mostWaiting', 'false', 'turns'),
  protection('common passwords', 'users/account.ts', 'isCommonPassword(normal)', 'false', 'auth/common-passwords'),
  protection('length of passwords', 'users/account.ts', 'length < SHORTEST_PASSWORD', 'length < 1', 'auth/sign-up'),
  protection(
    'time of a wrong name',
    'auth/password.ts',
    'const against = passwordHash ?? (await decoy);',
    'if (passwordHash === null) return false;\n  const against = passwordHash;',
    'auth/sign-in-timing',
  ),
  protection(
    'hashes an account',
    'auth/sign-in-throttle.ts',
    'MOST_ATTEMPTS = 10',
    'MOST_ATTEMPTS = 1000',
    'auth/sign-in-limits',
  ),
  protection(
    'the right password waits',
    'auth/sign-in-throttle.ts',
    'if (taken.length > 0) return;',
    'return;',
    'auth/sign-in-limits',
  ),
  protection(
    'letter case of a login',
    'auth/sign-in-throttle.ts',
    'hashOf(account.toLowerCase())',
    'hashOf(account)',
    'auth/sign-in-limits',
  ),
  protection(
    'requests from one address',
    'auth/sign-in-throttle.ts',
    'MOST_FROM_ONE_NETWORK = 100',
    'MOST_FROM_ONE_NETWORK = 100_000',
    'auth/request-limits',
  ),
  ...[
    ['type of a token', '          typ: TYPE,\n', ''],
    ['issuer', '          issuer: ISSUER,\n', ''],
    ['audience', '          audience: AUDIENCE,\n', ''],
    ['no tolerance', 'clockTolerance: 0', 'clockTolerance: 120'],
    ['one form of a signature', "if (!hasOneForm(token)) return 'INVALID';", ''],
    [
      'key by its id',
      'kid === undefined ? undefined : this.#keys.verifying.get(kid)',
      'this.#keys.verifying.get(kid ?? "") ?? [...this.#keys.verifying.values()][0]',
    ],
    ['expiry of remembered tokens', 'this.#clock.now().getTime() < remembered.until', 'true'],
  ].map(([name = '', from = '', to = '']) => protection(name, 'auth/access-token.ts', from, to, 'auth/access-token')),
  protection(
    'ended sessions',
    'auth/viewer-source.ts',
    'FRESH_FOR_MS = 5000',
    'FRESH_FOR_MS = 60_000',
    'auth/access-token',
  ),
  protection('first use of a refresh token', 'auth/session.service.ts', 'found.usedAt ??= now;', '', 'auth/sessions'),
  protection(
    'grace of a refresh token',
    'auth/session.service.ts',
    '>= GRACE_MS) return true;',
    '>= GRACE_MS) return false;',
    'auth/sessions',
  ),
  protection(
    'its end by a successor',
    'auth/session.service.ts',
    'usedAt: { $ne: null } })) > 0;',
    'usedAt: { $ne: null } })) > 1000;',
    'auth/sessions',
  ),
  protection('a stolen refresh token', 'auth/session.service.ts', 'session.revokedAt ??= now;', '', 'auth/sessions'),
  protection(
    'failures of one address',
    'auth/sign-in-throttle.ts',
    'network === null ? null : await this.#takeOne(`failure:${hashOf(network)}`, MOST_FROM_ONE_NETWORK)',
    'null as GiveBack | null',
    'auth/address-limits',
  ),
  protection(
    'half of the waiting places',
    'auth/password.ts',
    '= MOST_WAITING / 2;',
    '= MOST_WAITING;',
    'auth/address-limits',
  ),
  protection('one key held down', 'users/account.ts', 'if (isOneKeyHeldDown(normal))', 'if (false)', 'auth/sign-up'),
  protection(
    'bad tokens told',
    'graphql/bad-tokens.ts',
    "viewer !== null || refusal === 'MISSING'",
    'viewer === null',
    'auth/bad-tokens',
  ),
  protection(
    'origins that use the cookie',
    'auth/refresh-cookie.ts',
    'origin !== undefined && this.#settings.isTrusted(origin) ? this.#sent() : null',
    'origin === null ? null : this.#sent()',
    'auth/refresh-cookie',
  ),
  protection(
    'the current password',
    'auth/current-password.ts',
    'if (!right) throw wrongPassword();',
    '',
    'users/own-address',
  ),
  protection(
    'one current password a document',
    'graphql/query-limits.ts',
    "new Set(['updateUser', 'deleteUser'])",
    'new Set<string>()',
    'users/own-address',
  ),
  protection(
    'links that are not waited for',
    'auth/email-confirmation.service.ts',
    'user === null || !awaits(user, found.email)',
    'user === null',
    'users/own-address',
  ),
  protection(
    'closed sign-up',
    'auth/auth.service.ts',
    '!maySignUp(this.#signUpPolicy, input.email)',
    'false',
    'auth/sign-up-policy',
  ),
  protection(
    'rights without a confirmed address',
    'auth/viewer-source.ts',
    ' and u.email_confirmed`',
    '`',
    'auth/sign-up-policy',
  ),
  protection(
    'mails without a confirmed address',
    'notifications/notification-mail.ts',
    'if (!facts.recipientProven) return cancelled(NotificationCancelReason.EMAIL_UNCONFIRMED);\n    if (!facts.maySeeTickets) return cancelled(null);\n\n',
    '',
    'auth/sign-up-policy',
  ),
];

const ACCESS = [
  protection(
    'who edits',
    'tickets/ticket.policy.ts',
    'viewer.bits.edit && canViewTicket(viewer, ticket) && (viewer.role.canEditAll || isCreator(viewer, ticket))',
    'viewer.bits.edit && canViewTicket(viewer, ticket)',
    'access/matrix',
  ),
  protection(
    'who deletes',
    'tickets/ticket.policy.ts',
    'viewer.bits.delete && canViewTicket(viewer, ticket) && (viewer',
    'canViewTicket(viewer, ticket) && (viewer',
    'access/matrix',
  ),
  protection(
    'what is seen',
    'tickets/ticket-visibility.ts',
    'if (visibility.all) return live;',
    'return live;',
    'access/canary',
  ),
  protection(
    'flags of root fields',
    'graphql/access.ts',
    'if (flags.length > 0 && !flags.some((flag) => viewer.role[flag]))',
    'if (false)',
    'graphql/access',
  ),
  protection(
    'signed in',
    'graphql/access.ts',
    'if (viewer === null) throw unauthenticated(refusal);',
    'if (viewer === null) return true;',
    'graphql/access',
  ),
];

const HTTP = 'http/security-headers';
const SETTINGS = 'env/settings';

const OUTSIDE = [
  protection(
    'security headers',
    'server.ts',
    '  securityHeaders(http, {',
    '  if (false) securityHeaders(http, {',
    HTTP,
  ),
  protection('HTTPS only', 'http/security-headers.ts', '...(https && {', '...(!https && {', HTTP),
  protection('names of hosts', 'http/http-errors.ts', 'if (namesHost(request)) return;', 'return;', HTTP),
  protection(
    'proxies',
    'server.ts',
    'trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false',
    'trustProxy: true',
    HTTP,
  ),
  protection(
    'form of HTTP errors',
    'http/http-errors.ts',
    'WORDS[status] ?? error.message',
    'String(error.stack)',
    HTTP,
  ),
  protection(
    'rebound names',
    'mail/captured-mail.routes.ts',
    'if (!isLoopback(ip) ||',
    'if (isLoopback(ip) ||',
    'mail/captured-mail',
  ),
  protection('who is shown mails', 'env.ts', "env.NODE_ENV !== 'production' && isLoopback(env.HOST)", 'true', SETTINGS),
  protection(
    'TLS for passwords',
    'env.ts',
    "env.EMAIL_HOST_USER && !isLoopback(env.EMAIL_HOST) ? 'required'",
    "false ? 'required'",
    SETTINGS,
  ),
  protection('TLS when required', 'mail/smtp-mailer.ts', 'requireTLS: requireTls', 'requireTLS: false', 'mail/mailer'),
  protection('bounds of times', 'env.ts', '.refine((value) => value <= most,', '.refine(() => true,', SETTINGS),
];

export const PROTECTIONS: readonly Protection[] = [...QUERY_LANGUAGE, ...SIGNING_IN, ...ACCESS, ...OUTSIDE];
