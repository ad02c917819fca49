import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { isActive } from '../../tickets/ticket.entity.js';
import { CommandError } from '../command.js';
import { type Notices, type TicketDraft } from './ticket-draft.js';

/** The longest list of names that a fault shows. */
const SHOWN_NAMES = 50;

interface Person {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly emailConfirmed: boolean;
  readonly deleted: boolean;
}

export interface PeopleOptions {
  /** Username: writes what nobody else here wrote. */
  readonly defaultUser?: string;
  /** The source's names, in lower case, and the usernames that they have here. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** The ids of a ticket's people, and of its comments' authors in the comments' order. */
export interface TicketPeople {
  readonly createdBy: string;
  readonly assignedTo: string | null;
  readonly authors: readonly string[];
}

/**
 * Finds the accounts of the people whom a source names by username or e-mail address. What was written by somebody
 * without an account here stands under the default user; what is assigned to such a person is assigned to nobody, so
 * that it shows among the unassigned.
 */
export class People {
  readonly #byName: ReadonlyMap<string, Person>;
  readonly #default: Person | undefined;
  readonly #renamed: ReadonlyMap<string, string>;
  readonly #notices: Notices;
  readonly #unknown = new Map<string, number>();
  #nameless = 0;

  private constructor(people: readonly Person[], options: PeopleOptions, notices: Notices) {
    // The living come last: an address may have belonged to an account that was deleted.
    const ordered = people.toSorted((a, b) => Number(b.deleted) - Number(a.deleted));
    this.#byName = new Map([
      // By an address that nobody has proven, a stranger would be taken for its owner.
      ...ordered
        .filter(({ emailConfirmed }) => emailConfirmed)
        .map((person): [string, Person] => [person.email.toLowerCase(), person]),
      ...ordered.map((person): [string, Person] => [person.username.toLowerCase(), person]),
    ]);
    this.#renamed = options.renamed;
    this.#notices = notices;
    this.#default = this.#named('--default-user', options.defaultUser);
    for (const username of options.renamed.values()) this.#named('--person', username);
  }

  /** @throws CommandError when the options name nobody */
  static async load(em: EntityManager, options: PeopleOptions, notices: Notices): Promise<People> {
    const { rows } = await sql<Person>`
      select id, username::text, email::text, email_confirmed as "emailConfirmed", deleted_at is not null as deleted from "user"`.execute(
      em.getKysely(),
    );
    return new People(rows, options, notices);
  }

  get defaultUser(): { readonly id: string; readonly email: string } | undefined {
    return this.#default;
  }

  #named(option: string, username: string | undefined): Person | undefined {
    const person = username === undefined ? undefined : this.#byName.get(username.toLowerCase());
    if (username !== undefined && (person === undefined || person.deleted)) {
      throw new CommandError(`${option}: there is no user "${username}".`);
    }
    return person;
  }

  /** `Jane Doe <jane@example.org>` and `@jane` are found as well. */
  #find(name: string): Person | undefined {
    const key = name.trim().toLowerCase();
    const renamed = this.#renamed.get(key)?.toLowerCase();
    const address = /<([^<>]+)>$/.exec(key)?.[1];
    return [renamed, key, address, key.replace(/^@/, '')]
      .filter((candidate) => candidate !== undefined)
      .map((candidate) => this.#byName.get(candidate))
      .find((person) => person !== undefined);
  }

  /** Whom the ticket belongs to; whoever has no account is remembered for `assertAllKnown`. */
  of(draft: TicketDraft): TicketPeople {
    return {
      createdBy: this.#writer(draft.createdBy),
      assignedTo: this.#assignee(draft),
      authors: draft.comments.map(({ author }) => this.#writer(author)),
    };
  }

  #writer(name: string | null): string {
    const person = name === null ? undefined : this.#find(name);
    if (person) return person.id;
    if (this.#default) {
      if (name !== null)
        this.#notices.add(`written by somebody without an account here: ${this.#default.username}'s now`);
      return this.#default.id;
    }
    if (name === null) this.#nameless += 1;
    else this.#unknown.set(name, (this.#unknown.get(name) ?? 0) + 1);
    return '';
  }

  #assignee({ assignedTo: name, status }: TicketDraft): string | null {
    if (name === null) return null;
    const person = this.#find(name);
    if (person && !(person.deleted && isActive(status))) return person.id;
    if (this.#default) this.#notices.add('assigned to somebody without an account here: unassigned now');
    else this.#unknown.set(name, (this.#unknown.get(name) ?? 0) + 1);
    return null;
  }

  /** @throws CommandError listing whom nobody stands in for */
  assertAllKnown(): void {
    const faults: string[] = [];
    if (this.#unknown.size > 0) {
      const names = [...this.#unknown].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${name} (${count})`);
      const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
      faults.push(`These people have no account here: ${names.slice(0, SHOWN_NAMES).join(', ')}${more}.`);
    }
    if (this.#nameless > 0)
      faults.push(`Tickets and comments that name no author: ${this.#nameless.toLocaleString('en')}.`);
    if (faults.length === 0) return;
    const advice = 'Make their accounts, name them by --person NAME=USERNAME, or give --default-user USERNAME.';
    throw new CommandError(`${faults.join('\n')}\n${advice} Nothing was imported.`);
  }
}
