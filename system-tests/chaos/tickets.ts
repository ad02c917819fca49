import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const PEOPLE = 8;
const PASSWORD = 'correct horse battery';
const WITH_ID = z.object({ id: z.string() });

/** Who had the ticket from when on, as the API acknowledged it. */
export interface Turn {
  readonly email: string | null;
  readonly askedAt: number;
  readonly acknowledgedAt: number;
}

export interface TicketStory {
  readonly id: string;
  readonly turns: Turn[];
}

export interface Person {
  readonly id: string;
  readonly email: string;
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

  async people(): Promise<Person[]> {
    const people: Person[] = [];
    for (let i = 0; i < PEOPLE; i += 1) {
      const email = `person${i}@docket.example`;
      const { user } = await this.send(
        'mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } userErrors { message } } }',
        { input: { email, username: `person${i}`, password: PASSWORD, firstName: 'Person' } },
        z.object({ user: WITH_ID }),
      );
      people.push({ id: user.id, email });
    }
    return people;
  }

  /** Creates a ticket for somebody. */
  async assign(person: Person): Promise<TicketStory> {
    const askedAt = Date.now();
    const { ticket } = await this.send(
      'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } userErrors { message } } }',
      { input: { title: 'Printer on fire', description: 'It burns.', assignedTo: { id: person.id } } },
      z.object({ ticket: WITH_ID }),
    );
    return { id: ticket.id, turns: [{ email: person.email, askedAt, acknowledgedAt: Date.now() }] };
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

/**
 * Assigns tickets spread over a time; half of them stay, the others go to somebody else or to nobody, once or more,
 * around the moment at which their mail is due.
 */
export async function assignAtRandom(
  api: Api,
  people: readonly Person[],
  options: { count: number; overMs: number; delayMs: number },
): Promise<TicketStory[]> {
  const stories: TicketStory[] = [];
  const live = async () => {
    await delay(Math.random() * options.overMs);
    const story = await api.assign(oneOf(people));
    stories.push(story);
    while (Math.random() < 0.5) {
      await delay(Math.random() * 1.3 * options.delayMs);
      await api.reassign(story, Math.random() < 0.4 ? null : oneOf(people));
    }
  };
  await Promise.all(Array.from({ length: options.count }, live));
  return stories;
}
