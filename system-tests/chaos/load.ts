import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { KeptAlive, type Outcome } from './http-client.js';

const READ =
  '{ tickets(first: 20, filter: { active: true }) { totalCount nodes { title assignedTo { name } comments(last: 1) { nodes { content } } } } }';
const CREATE =
  'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } userErrors { code } } }';
const COMMENT =
  'mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } userErrors { code } } }';

/** Between two requests of a connection: many at work, and a machine that is not saturated. */
const PAUSE_MS = 25;
const LOOK_AGAIN_MS = 50;
/** One ticket of so many is somebody's, and enqueues a mail. */
const ASSIGNED_EACH = 5;

/** A write that the API acknowledged. */
export interface Acknowledged {
  readonly table: 'ticket' | 'comment';
  readonly id: string;
  /** Whether somebody is to get a mail about it. */
  readonly owesMail: boolean;
}

export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  readonly connections: number;
  /** Whether requests may be sent: a load balancer sends none to a server that told it to go, until it is ready. */
  readonly isReady: () => boolean;
  /** The username that every fifth ticket goes to. */
  readonly assignee: string;
}

/** Reads and writes over connections that are kept alive, until it is stopped. */
export class Load {
  readonly #options: LoadOptions;
  readonly #clients: Promise<void>[];
  #outcomes: Outcome[] = [];
  #acknowledged: Acknowledged[] = [];
  #stopped = false;
  #created = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#clients = Array.from({ length: options.connections }, async (_, i) => this.#run(i % 2 === 0));
  }

  /** What came since the last time. */
  take(): { outcomes: Outcome[]; acknowledged: Acknowledged[] } {
    const taken = { outcomes: this.#outcomes, acknowledged: this.#acknowledged };
    [this.#outcomes, this.#acknowledged] = [[], []];
    return taken;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }

  async #run(writes: boolean): Promise<void> {
    const connection = new KeptAlive(this.#options.url);
    while (!this.#stopped) {
      const outcome = writes ? await this.#write(connection) : await this.#send(connection, READ, {});
      if (outcome.isClosing || outcome.status === null) await this.#untilReady();
      await delay(PAUSE_MS);
    }
    connection.close();
  }

  async #untilReady(): Promise<void> {
    // The last probe may be older than what happened.
    await delay(4 * LOOK_AGAIN_MS);
    while (!this.#options.isReady() && !this.#stopped) await delay(LOOK_AGAIN_MS);
  }

  async #send(connection: KeptAlive, query: string, variables: unknown): Promise<Outcome> {
    const outcome = await connection.graphql(query, variables, this.#options.token);
    this.#outcomes.push(outcome);
    return outcome;
  }

  /** A ticket, and a comment on it if it was acknowledged. */
  async #write(connection: KeptAlive): Promise<Outcome> {
    const id = randomUUID();
    this.#created += 1;
    const owesMail = this.#created % ASSIGNED_EACH === 0;
    const assignedTo = owesMail ? { username: this.#options.assignee } : null;
    const input = { id, title: `Chaos ${this.#created}`, description: 'Written while things break.', assignedTo };
    const created = await this.#send(connection, CREATE, { input });
    if (!created.body.includes(`"ticket":{"id":"${id}"}`)) return created;
    this.#acknowledged.push({ table: 'ticket', id, owesMail });
    if (created.isClosing) return created;
    const commented = await this.#send(connection, COMMENT, { input: { ticketId: id, content: 'Still here.' } });
    const [, comment] = /"comment":\{"id":"([^"]+)"\}/.exec(commented.body) ?? [];
    if (comment !== undefined) this.#acknowledged.push({ table: 'comment', id: comment, owesMail: false });
    return commented;
  }
}
