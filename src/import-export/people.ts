import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { isActive } from '../tickets/ticket.entity.js';
import { CommandError } from '../cli/command.js';
import { option } from './option-text.js';
import { type RowFault } from './source-record.js';
import { type TicketDraft } from './ticket-draft.js';
import { nameKey } from './vocabulary.js';

interface Person {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly emailConfirmed: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly deleted: boolean;
}

export interface PeopleOptions {
  /** Username of the author of texts by people without an account. */
  readonly defaultUser?: string;
  /** The source's names, as `nameKey` gives them, and the usernames that they have here. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** The account for a name of the source. */
export interface Account {
  readonly id: string;
  /** Whether the source's name is unique to this account; otherwise the source's words are kept. */
  readonly isExact: boolean;
  /** Whether this is the person whom the source names. */
  readonly isNamed: boolean;
}

/** Whom a ticket belongs to, and its comments' authors in the comments' order. */
export interface DraftPeople {
  readonly createdBy: Account;
  readonly assignedTo: Account | null;
  readonly authors: readonly Account[];
  /** The accounts of those who watch it, in the order of the draft. */
  readonly watching: readonly { readonly ids: readonly string[]; readonly areAll: boolean }[];
  /** The accounts of those whom the texts mention; null where they are to be found in the text. */
  readonly mentioned: {
    readonly inTicket: readonly string[] | null;
    readonly inComments: readonly (readonly string[] | null)[];
  };
  /** The ids of those who can be mentioned, by username in lower case. */
  readonly idByUsername: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
  readonly faults: readonly RowFault[];
}

/** Names in the field that some sources fill with all assignees. */
const SEPARATOR = /\s*[,;]\s*/;

/**
 * Finds the accounts of the people whom a source names: by username or e-mail address, or by the full name where one
 * account here has it. What was written by somebody without an account here stands under the default user; what is
 * assigned to such a person is assigned to nobody, so that it shows among the unassigned.
 */
export class People {
  readonly #byName: ReadonlyMap<string, Person>;
  readonly #idByUsername: ReadonlyMap<string, string>;
  /** Null for a name that several have. */
  readonly #byFullName = new Map<string, Person | null>();
  readonly #default: Person | undefined;
  readonly #renamed: ReadonlyMap<string, string>;
  /** By name, since a name may come with every row. */
  readonly #advice = new Map<string, Pick<RowFault, 'message' | 'options'>>();

  private constructor(people: readonly Person[], options: PeopleOptions) {
    // The living come last: an address may have belonged to an account that was deleted.
    const ordered = people.toSorted((a, b) => Number(b.deleted) - Number(a.deleted));
    this.#byName = new Map([
      // Unconfirmed addresses do not count: an account that signed up with another person's address would be taken for
      // that person.
      ...ordered
        .filter(({ emailConfirmed }) => emailConfirmed)
        .map((person): [string, Person] => [person.email.toLowerCase(), person]),
      ...ordered.map((person): [string, Person] => [person.username.toLowerCase(), person]),
    ]);
    this.#idByUsername = new Map(
      people.filter(({ deleted }) => !deleted).map(({ id, username }) => [username.toLowerCase(), id]),
    );
    for (const person of people.filter(({ deleted, lastName }) => !deleted && lastName !== '')) {
      const { firstName, lastName } = person;
      for (const name of new Set([`${firstName} ${lastName}`, `${lastName}, ${firstName}`].map(nameKey))) {
        this.#byFullName.set(name, this.#byFullName.has(name) ? null : person);
      }
    }
    this.#renamed = options.renamed;
    this.#default = this.#named('--default-user', options.defaultUser);
    for (const username of options.renamed.values()) this.#named('--person', username);
  }

  /** @throws CommandError when an option names an account that does not exist */
  static async load(em: EntityManager, options: PeopleOptions): Promise<People> {
    const { rows } = await sql<Person>`
      select id, username::text, email::text, email_confirmed as "emailConfirmed", first_name as "firstName", coalesce(last_name, '') as "lastName",
        deleted_at is not null as deleted
      from "user"`.execute(em.getKysely());
    return new People(rows, options);
  }

  get defaultUser(): { readonly id: string; readonly email: string } | undefined {
    return this.#default;
  }

  #named(optionName: string, username: string | undefined): Person | undefined {
    const person = username === undefined ? undefined : this.#byName.get(username.toLowerCase());
    if (username !== undefined && (person === undefined || person.deleted)) {
      throw new CommandError(`${optionName}: there is no user "${username}".`);
    }
    return person;
  }

  /** `Jane Doe <jane@example.org>`, `@jane` and `Jane Doe` are found as well. */
  #find(name: string): Person | undefined {
    const key = nameKey(name);
    const renamed = this.#renamed.get(key)?.toLowerCase();
    const address = /<([^<>]+)>$/.exec(key)?.[1];
    const byName = [renamed, key, address, key.replace(/^@/, '')]
      .filter((candidate) => candidate !== undefined)
      .map((candidate) => this.#byName.get(candidate))
      .find((person) => person !== undefined);
    return byName ?? this.#byFullName.get(key) ?? undefined;
  }

  /** Finds a ticket's people; those without an account are faults, unless the default user stands in. */
  of(draft: TicketDraft): DraftPeople {
    const { line } = draft;
    const notes = new Set<string>();
    const faults: RowFault[] = [];
    const writer = (field: string, name: string | null): Account => {
      const person = name === null ? undefined : this.#find(name);
      if (person) return account(person, name);
      if (this.#default === undefined) faults.push(this.#fault(line, field, name));
      else if (name === null) notes.add(`no author is named: ${this.#default.username}'s now`);
      else {
        notes.add(
          `written by somebody without an account here: ${this.#default.username}'s now, with the name beside it`,
        );
      }
      return { id: this.#default?.id ?? '', isExact: name === null, isNamed: name === null };
    };
    const createdBy = writer('createdBy', draft.createdBy);
    const assignedTo = this.#assignee(draft, notes, faults);
    const authors = draft.comments.map(({ author }) => writer("a comment's author", author));
    const watching = draft.watching.map(({ name }) => {
      const names = this.#namesIn(name);
      const ids = names.flatMap((one) => this.#find(one) ?? []).flatMap(({ id, deleted }) => (deleted ? [] : [id]));
      return { ids, areAll: ids.length === names.length };
    });
    const mentioned = {
      inTicket: this.#mentioned(draft.mentions, notes),
      inComments: draft.comments.map(({ mentions }) => this.#mentioned(mentions, notes)),
    };
    const idByUsername = this.#idByUsername;
    return { createdBy, assignedTo, authors, watching, mentioned, idByUsername, notes: [...notes], faults };
  }

  #mentioned(names: readonly string[] | null, notes: Set<string>): string[] | null {
    if (names === null) return null;
    const ids = names.flatMap((name) => this.#find(name) ?? []).flatMap(({ id, deleted }) => (deleted ? [] : [id]));
    if (ids.length < names.length) notes.add('mentioned somebody without an account here: left out');
    return ids;
  }

  /** "Doe, Jane" is one name if she has an account here. */
  #namesIn(text: string): string[] {
    return this.#find(text) === undefined ? text.split(SEPARATOR).filter(Boolean) : [text];
  }

  #assignee({ assignedTo: name, status, line }: TicketDraft, notes: Set<string>, faults: RowFault[]): Account | null {
    if (name === null) return null;
    const names = this.#namesIn(name);
    const [person, ...others] = names.flatMap((one) => this.#find(one) ?? []);
    if (person && names.length > 1) {
      notes.add(
        others.length > 0
          ? 'more than one value for assignedTo: the first counts, the details hold all of them'
          : 'of several assignees one has an account here; the details hold all of them',
      );
    }
    if (person && !(person.deleted && isActive(status))) return account(person, name);
    if (this.#default) notes.add('assigned to somebody without an account here: unassigned now');
    else faults.push(this.#fault(line, 'assignedTo', name));
    return null;
  }

  #fault(line: number, field: string, name: string | null): RowFault {
    if (name === null) {
      return {
        line,
        message: `${field}: nobody is named. Say who stands in for such people.`,
        options: [option('default-user', 'USERNAME')],
      };
    }
    const advice = this.#advice.get(name) ?? this.#advise(name);
    this.#advice.set(name, advice);
    return { ...advice, line, message: `${field}: ${advice.message}` };
  }

  #advise(name: string): Pick<RowFault, 'message' | 'options'> {
    const isDeleted = this.#find(name)?.deleted === true;
    const several = this.#byFullName.get(nameKey(name)) === null;
    const reason = several ? 'is the name of several people here' : 'has no account here';
    const username = several ? undefined : this.#similar(name);
    return {
      message: `"${name}" ${isDeleted ? 'was deleted here' : reason}.`,
      options: [option('person', `${name}=${username ?? 'USERNAME'}`)],
    };
  }

  /** The username of the only person whose name holds the same words, in whatever order. */
  #similar(name: string): string | undefined {
    const words = nameWords(name);
    const alike = new Set(
      [...this.#byName.values()].filter(
        ({ deleted, username, firstName, lastName }) =>
          !deleted &&
          (sameWords(words, nameWords(`${firstName} ${lastName}`)) || sameWords(words, nameWords(username))),
      ),
    );
    const [person] = alike;
    return alike.size === 1 ? person?.username : undefined;
  }
}

function account({ id, username }: Person, name: string | null): Account {
  return { id, isExact: name?.toLowerCase() === username.toLowerCase(), isNamed: true };
}

/** Without accents, which people leave out. */
function nameWords(name: string): Set<string> {
  const plain = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return new Set(plain.split(/@/)[0]?.match(/[\p{L}\p{N}]+/gu) ?? []);
}

function sameWords(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size > 0 && a.size === b.size && [...a].every((word) => b.has(word));
}
