import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const PEOPLE = 8;
/** They see every ticket, comment, and watch. */
const STAFF = 4;
/** A mail quotes ten comments, and counts what is beyond. */
const MAX_COMMENTS = 10;
const NO_RIGHTS = {
  canAssignTickets: false,
  canDeleteAll: false,
  canEditAll: false,
  canManageTickets: false,
  canManageUsers: false,
  canViewAll: false,
};
const PASSWORD = 'correct horse battery';
const WITH_ID = z.object({ id: z.string() });

/** Who had the ticket from when on, as the API acknowledged it. */
export interface Turn {
  readonly email: string | null;
  readonly askedAt: number;
  readonly acknowledgedAt: number;
}

/** A public comment. */
export interface Said {
  /** It stands in this comment alone. */
  readonly word: string;
  readonly askedAt: number;
  /** Who must be told, whatever else happens; the present assignee is not among them. */
  readonly toTell: ReadonlySet<string>;
}

export interface TicketStory {
  readonly id: string;
  readonly turns: Turn[];
  readonly said: Said[];
  /** Those who must hear of every further comment: its creator, and staff who watch or commented. */
  readonly concerned: Set<string>;
}

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly username: string;
}

export interface Staff extends Person {
  readonly api: Api;
}

/** Those about whom a run is. */
export interface Cast {
  readonly creatorEmail: string;
  readonly people: readonly Person[];
  readonly staff: readonly Staff[];
}

/** A client of the API that is under test. */
export class Api {
  #token = '';

  constructor(readonly url: string) {}

  /** Sends a mutation; gives its payload, and throws if it has errors of any kind. */
  async send<Payload>(query: string, variables: unknown, payload: z.ZodType<Payload>): Promise<Payload> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(this.#token && { authorization: `Bearer ${this.#token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const answer = z.object({ data: z.record(z.string(), z.unknown()) }).safeParse(JSON.parse(text));
    const [found] = Object.values(answer.data?.data ?? {});
    const parsed = payload.safeParse(found);
    if (!parsed.success) throw new Error(text);
    return parsed.data;
  }

  /** Gives the access token, which further calls send. */
  async signIn(login: string, password: string): Promise<string> {
    const { accessToken } = await this.send(
      'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }',
      { input: { login, password } },
      z.object({ accessToken: z.string() }),
    );
    this.#token = accessToken;
    return accessToken;
  }

  /** Makes people who see the tickets that are assigned to them, and no others. */
  async people(): Promise<Person[]> {
    const { role } = await this.send(
      'mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } userErrors { message } } }',
      { input: { name: 'Customer', ...NO_RIGHTS } },
      z.object({ role: WITH_ID }),
    );
    return this.#users(PEOPLE, 'person', role.id);
  }

  /** Makes people who see every ticket, each with a client. */
  async staff(): Promise<Staff[]> {
    const roles = await this.send(
      'query { roles { id canManageTickets canManageUsers } }',
      {},
      z.array(WITH_ID.extend({ canManageTickets: z.boolean(), canManageUsers: z.boolean() })),
    );
    const role = roles.find(({ canManageTickets, canManageUsers }) => canManageTickets && !canManageUsers);
    const users = await this.#users(STAFF, 'staff', role?.id);
    return Promise.all(
      users.map(async (user) => {
        const api = new Api(this.url);
        await api.signIn(user.username, PASSWORD);
        return Object.assign(user, { api });
      }),
    );
  }

  async #users(count: number, name: string, roleId: string | undefined): Promise<Person[]> {
    const users: Person[] = [];
    for (let i = 0; i < count; i += 1) {
      const [username, email] = [`${name}${i}`, `${name}${i}@docket.example`];
      const { user } = await this.send(
        'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }',
        { input: { email, username, password: PASSWORD, firstName: name, roleId } },
        z.object({ user: WITH_ID }),
      );
      users.push({ id: user.id, email, username });
    }
    return users;
  }

  async comment(ticketId: string, content: string): Promise<void> {
    await this.send(
      'mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } userErrors { message } } }',
      { input: { ticketId, content } },
      z.object({ comment: WITH_ID }),
    );
  }

  async watch(ticketId: string): Promise<void> {
    await this.send(
      'mutation ($input: SetTicketWatchStateInput!) { setTicketWatchState(input: $input) { ticket { id } userErrors { message } } }',
      { input: { ticketId, state: 'WATCHING' } },
      z.object({ ticket: WITH_ID }),
    );
  }

  /** Creates a ticket for somebody. */
  async assign(person: Person, creatorEmail: string): Promise<TicketStory> {
    const askedAt = Date.now();
    const { ticket } = await this.send(
      'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } userErrors { message } } }',
      { input: { title: 'Printer on fire', description: 'It burns.', assignedTo: { id: person.id } } },
      z.object({ ticket: WITH_ID }),
    );
    const turns = [{ email: person.email, askedAt, acknowledgedAt: Date.now() }];
    return { id: ticket.id, turns, said: [], concerned: new Set([creatorEmail]) };
  }

  /** Gives the ticket to somebody else, or to nobody. */
  async reassign(story: TicketStory, person: Person | null): Promise<void> {
    const askedAt = Date.now();
    await this.send(
      'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { ticket { id } userErrors { message } } }',
      { input: { id: story.id, assignedTo: person && { id: person.id } } },
      z.object({ ticket: WITH_ID }),
    );
    story.turns.push({ email: person?.email ?? null, askedAt, acknowledgedAt: Date.now() });
  }
}

function oneOf<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to choose from');
  return item;
}

/** Some of the staff watch the ticket, and some comment, each time in other words, and mention others. */
async function talk({ staff, people }: Cast, story: TicketStory, delayMs: number): Promise<void> {
  for (const { api, email } of staff.filter(() => Math.random() < 0.3)) {
    await api.watch(story.id);
    story.concerned.add(email);
  }
  for (let i = 0; i < MAX_COMMENTS && Math.random() < 0.7; i += 1) {
    await delay(Math.random() * delayMs);
    const author = oneOf(staff);
    // Half of those who are mentioned may not see the ticket, unless it is theirs at the moment.
    const mentioned = Math.random() < 0.3 ? oneOf<Person>(Math.random() < 0.5 ? staff : people) : null;
    const toTell = new Set(story.concerned);
    if (mentioned && staff.some(({ id }) => id === mentioned.id)) toTell.add(mentioned.email);
    toTell.delete(author.email);
    const said = { word: `word${randomBytes(6).toString('hex')}`, askedAt: Date.now(), toTell };
    await author.api.comment(story.id, mentioned ? `${said.word} @${mentioned.username}` : said.word);
    story.said.push(said);
    story.concerned.add(author.email);
  }
}

/**
 * Assigns tickets spread over a time; half of them stay, the others go to somebody else or to nobody, once or more,
 * around the moment at which their mail is due. Meanwhile the staff talk about them.
 */
export async function assignAtRandom(
  api: Api,
  cast: Cast,
  options: { count: number; overMs: number; delayMs: number },
): Promise<TicketStory[]> {
  const stories: TicketStory[] = [];
  const live = async () => {
    await delay(Math.random() * options.overMs);
    const story = await api.assign(oneOf(cast.people), cast.creatorEmail);
    stories.push(story);
    const reassign = async () => {
      while (Math.random() < 0.5) {
        await delay(Math.random() * 1.3 * options.delayMs);
        await api.reassign(story, Math.random() < 0.4 ? null : oneOf(cast.people));
      }
    };
    await Promise.all([reassign(), talk(cast, story, options.delayMs)]);
  };
  await Promise.all(Array.from({ length: options.count }, live));
  return stories;
}
