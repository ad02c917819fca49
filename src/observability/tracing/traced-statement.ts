import { currentScope } from '../scope.js';

interface TracedStatement {
  /** Values are parameters, and no part of it. */
  readonly text: string;
  readonly summary?: string | undefined;
}

/** What statements begin with. */
const OPERATIONS = ['select', 'insert', 'update', 'delete', 'with', 'begin', 'commit', 'rollback', 'set'] as const;

/** As OpenTelemetry's instrumentation of `pg` has it: the first word. */
function operationOf(text: string): string {
  const trimmed = text.trimStart();
  return OPERATIONS.find((operation) => trimmed.startsWith(operation)) ?? 'statement';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** Runs a statement in a span, if anything is traced just now: polling and sweeps are not. */
export async function tracedStatement<Result>(
  { text, summary = operationOf(text) }: TracedStatement,
  run: () => Promise<Result>,
): Promise<Result> {
  const parent = currentScope()?.span;
  if (parent === undefined) return run();
  const span = parent.child(summary, 'client', {
    'db.system.name': 'postgresql',
    'db.query.summary': summary,
    'db.query.text': text,
  });
  try {
    const result = await run();
    span.end();
    return result;
  } catch (error) {
    span.end(codeOf(error));
    throw error;
  }
}
