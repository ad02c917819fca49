// People who subscribe to changes over server-sent events.
import { Agent, type IncomingMessage, request } from 'node:http';

const STAMP = /at:(\d+\.\d+)/g;
/** Sign-ups at once. */
const AT_ONCE = 4;

/** A server whose changes can be subscribed to, and people who may. */
export interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly tokens: readonly string[];
  readonly writer: string;
  readonly subscription: (matching: boolean) => string;
  readonly create: (title: string, priority: string) => string;
}

export async function call(url: string, query: string, token: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  return response.text();
}

/** The streams of all subscribers, and how long each message took. */
export class Subscribers {
  readonly latencies: number[] = [];
  readonly #agent = new Agent({ maxSockets: Infinity });
  readonly #open: IncomingMessage[] = [];

  /** So many streams for each person of the server. */
  async open({ url, tokens, subscription }: Server, each: number, matching = false): Promise<void> {
    for (const token of tokens) {
      await Promise.all(Array.from({ length: each }, async () => this.#one(url, token, subscription(matching))));
    }
  }

  close(): void {
    for (const response of this.#open) response.destroy();
    this.#agent.destroy();
  }

  async #one(url: string, token: string, query: string): Promise<void> {
    const sending = request(`${url}/graphql`, {
      agent: this.#agent,
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
    });
    sending.end(JSON.stringify({ query }));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sending.once('response', resolve).once('error', reject);
    });
    this.#open.push(response);
    response.on('error', () => {});
    response.on('data', (chunk: Buffer) => {
      const now = performance.now();
      for (const [, at] of chunk.toString('latin1').matchAll(STAMP)) this.latencies.push(now - Number(at));
    });
  }
}

async function signUp(url: string, place: number): Promise<string> {
  const answer = await call(
    url,
    `mutation { signUp(input: { email: "live${place}@docket.example", username: "live${place}", firstName: "Live", password: "correct horse battery" }) { accessToken } }`,
    '',
  );
  return /"accessToken":"([^"]+)"/.exec(answer)?.[1] ?? '';
}

/** Docket with so many people, who are signed up at it. */
export async function docketAt(url: string, pid: number, people: number): Promise<Server> {
  const tokens: string[] = [];
  for (let place = 0; place < people; place += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, people - place) }, (_, more) => place + more);
    tokens.push(...(await Promise.all(some.map(async (each) => signUp(url, each)))));
  }
  return {
    name: 'Docket',
    url,
    pid,
    tokens,
    writer: tokens[0] ?? '',
    subscription: (matching) =>
      `subscription { ticketChanges${matching ? '(filter: { priority: [HIGH] })' : ''} { cursor ... on TicketChange { ticket { number title priority } } } }`,
    create: (title, priority) =>
      `mutation { createTicket(input: { title: "${title}", description: "x", priority: ${priority} }) { ticket { id } } }`,
  };
}
