import { type DestinationStream, type Logger, pino, symbols } from 'pino';
import { loggedError } from './logged-error.js';
import { currentScope } from './scope.js';
import { withoutSecrets } from './secrets.js';

/** What Fastify would log of a request holds its URL, and an unsubscribe link is a secret. */
function loggedRequest(request: { method?: string; routeOptions?: { url?: string } }) {
  return { method: request.method, route: request.routeOptions?.url };
}

/** The fields of the scope that the logger does not already have as a child's own: JSON would hold them twice. */
function scopeFields(logger: Logger): object {
  const fields = currentScope()?.fields;
  if (!fields) return {};
  const own: unknown = Reflect.get(logger, symbols.chindingsSym);
  if (typeof own !== 'string' || own === '') return { ...fields };
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !own.includes(`,"${name}":`)));
}

/** From a warning on, a line may tell of an error that repeats what the client sent. */
function secretsOfScope(line: string): string[] {
  const isWarning = !/^\{"level":[123]0/.test(line);
  const sent = isWarning ? (currentScope()?.secrets?.() ?? []) : [];
  return sent.map((secret) => JSON.stringify(secret).slice(1, -1));
}

/**
 * The log: JSON, one line each, with the ids of the request or job that is under way, and without secrets.
 * @param secrets what must not appear in any line, besides what looks like a secret
 * @param stream standard output by default
 */
export function createLogger(level: string, secrets: readonly string[] = [], stream?: DestinationStream): Logger {
  return pino(
    {
      level,
      mixin: (_line, _level, logger) => scopeFields(logger),
      serializers: { err: loggedError, error: loggedError, req: loggedRequest },
      hooks: { streamWrite: (line) => withoutSecrets(line, [...secrets, ...secretsOfScope(line)]) },
    },
    stream ?? pino.destination(1),
  );
}
