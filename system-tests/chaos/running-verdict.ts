/** What one thing that was done to the server led to. */
export interface StepResult {
  readonly what: string;
  /** Writes that the API acknowledged meanwhile, and those of them that the database does not have in the end. */
  readonly acknowledged: number;
  readonly lost: number;
  /** How many requests were answered with `OK`, each error code, or not at all (`ECONNRESET` and the like). */
  readonly answers: Readonly<Record<string, number>>;
  /** The longest that a client waited for an answer. */
  readonly slowestMs: number;
  /** From the beginning of it, or from the start after it, until /readyz said 200; null if it never did. */
  readonly readyAfterMs: number | null;
  /** What else was asked of the step and is not so. */
  readonly faults: readonly string[];
}

/** What a step may answer with besides `OK`. */
export interface Allowed {
  readonly codes?: readonly string[];
  /** Whether requests may stay without an answer, as they do when the process is killed. */
  readonly unanswered?: boolean;
}

/** docs/hardening.md, "Running". */
const MAX_READY_MS = 10_000;
const MAX_ANSWER_MS = 6_000;

/** Nobody was there: a client that was told so goes elsewhere, and nothing was sent. */
const NOT_CONNECTED = new Set(['ECONNREFUSED']);
const isUnanswered = (code: string) => /^(E[A-Z]+|ABORT_ERR|HPE_.*|Error.*)$/.test(code);

/** The bars that a step did not meet. */
export function faultsOf(step: StepResult, { codes = [], unanswered = false }: Allowed = {}): string[] {
  const unexpected = Object.keys(step.answers).filter((code) => {
    if (code === 'OK' || NOT_CONNECTED.has(code) || codes.includes(code)) return false;
    return !(unanswered && isUnanswered(code));
  });
  const bars: [boolean, string][] = [
    [(step.answers['OK'] ?? 0) > 0, 'nothing was answered'],
    [step.lost === 0, `${step.lost} acknowledged writes lost`],
    [unexpected.length === 0, unexpected.map((code) => `${step.answers[code] ?? 0} × ${code}`).join(', ')],
    [step.slowestMs <= MAX_ANSWER_MS, `an answer took ${Math.round(step.slowestMs)} ms`],
    [
      step.readyAfterMs !== null && step.readyAfterMs <= MAX_READY_MS,
      step.readyAfterMs === null ? 'never ready again' : `ready after ${Math.round(step.readyAfterMs)} ms`,
    ],
  ];
  return [...bars.filter(([met]) => !met).map(([, fault]) => fault), ...step.faults];
}

/** One row a step, in Markdown. */
export function tableOf(steps: readonly { readonly result: StepResult; readonly faults: readonly string[] }[]): string {
  const rows = steps.map(({ result, faults }) => {
    const answers = Object.entries(result.answers).map(([code, count]) => `${count} × ${code}`);
    const ready = result.readyAfterMs === null ? 'never' : `${(result.readyAfterMs / 1000).toFixed(1)} s`;
    const answered = `${answers.join(', ')}; slowest ${(result.slowestMs / 1000).toFixed(1)} s`;
    const verdict = faults.length === 0 ? 'held' : `**${faults.join('; ')}**`;
    return [result.what, result.acknowledged, result.lost, answered, ready, verdict];
  });
  return [
    ['what was done', 'acknowledged', 'lost', 'answered with', 'ready again after', 'verdict'],
    ['---', '---', '---', '---', '---', '---'],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
