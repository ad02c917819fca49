import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What became of a request. */
export interface Outcome {
  /** Null when there was no answer. */
  readonly status: number | null;
  /** `OK`, the code of the answer's first GraphQL error, `HTTP 503` and the like, or why there was no answer. */
  readonly code: string;
  readonly body: string;
  readonly ms: number;
  /** The answer says that the connection ends here: a load balancer sends nothing more to this server. */
  readonly isClosing: boolean;
  /** The connection had carried a request before. */
  readonly reused: boolean;
}

/** Nothing that Docket is asked takes longer (docs/hardening.md, "Running"); after that there is no answer. */
const PATIENCE_MS = 20_000;

function codeOf({ statusCode = 0 }: IncomingMessage, body: string): string {
  const [, code] = /"extensions":\{[^}]*?"code":"(\w+)"/.exec(body) ?? [];
  return code ?? (statusCode < 400 ? 'OK' : `HTTP ${statusCode}`);
}

/** One connection that is kept alive, as a load balancer has many; `fetch` would hide what becomes of it. */
export class KeptAlive {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(readonly url: string) {}

  /** Never rejects. */
  async get(path: string): Promise<Outcome> {
    return this.#send(path, undefined, {});
  }

  /** Never rejects. */
  async graphql(query: string, variables: unknown, token: string): Promise<Outcome> {
    return this.send(JSON.stringify({ query, variables }), token);
  }

  /** A body that is written already. Never rejects. */
  async send(body: string, token: string): Promise<Outcome> {
    return this.#send('/graphql', body, {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(path: string, body: string | undefined, headers: Record<string, string>): Promise<Outcome> {
    const begun = performance.now();
    const sending = request(new URL(path, this.url), {
      agent: this.#agent,
      method: body === undefined ? 'GET' : 'POST',
      headers,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const outcome = (rest: Pick<Outcome, 'status' | 'code' | 'body' | 'isClosing'>): Outcome => ({
      ...rest,
      ms: performance.now() - begun,
      reused: sending.reusedSocket,
    });
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        sending.once('response', resolve).once('error', reject).end(body);
      });
      const answer = await text(response);
      const isClosing = response.headers.connection === 'close';
      return outcome({
        status: response.statusCode ?? null,
        code: codeOf(response, answer),
        body: answer,
        isClosing,
      });
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return outcome({ status: null, code: reason, body: '', isClosing: false });
    }
  }
}
