import { type TicketPriority, type TicketStatus, type TicketType } from '../tickets/ticket.entity.js';
import { type TicketValues } from '../tickets/ticket.fields.js';

/** A comment as the source has it. */
export interface CommentDraft {
  /** Its own, where Docket's export has one; null when it is to be made of the ticket's. */
  readonly id: string | null;
  /** Of any length. */
  readonly content: string;
  readonly internal: boolean;
  /** As the source names them; null for nobody. */
  readonly author: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
  /** Whether people were mailed about it. */
  readonly notified: boolean;
  /** Usernames of those whom it mentions, from Docket's export; null when they are to be found in the content. */
  readonly mentions: readonly string[] | null;
  /** What the source says of it beside all this; null for nothing. */
  readonly rest: unknown;
}

/** Somebody who watches a ticket or ignores it. */
export interface WatchDraft {
  /** As the source names them; one cell may name several. */
  readonly name: string;
  readonly state: 'WATCHING' | 'IGNORED';
  /** Since when; null for the time of the ticket's creation. */
  readonly createdAt: Date | null;
}

/** What goes into a ticket's details, in its parts. */
export interface DetailsDraft {
  /** What stands in the column of details. */
  readonly own: Readonly<Record<string, unknown>> | null;
  /** What no field took, by column. */
  readonly rest: Readonly<Record<string, unknown>>;
  /** The source's own words, by field, and texts that were cut. */
  readonly words: Readonly<Record<string, unknown>>;
}

/** A ticket as a row has it, its people and its product as the source names them. */
export interface TicketDraft {
  readonly line: number;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly details: DetailsDraft;
  readonly type: TicketType;
  readonly priority: TicketPriority;
  readonly status: TicketStatus;
  readonly product: string | null;
  readonly createdBy: string | null;
  readonly assignedTo: string | null;
  /** The original as the source names it, and the id that it has here if it is there. */
  readonly duplicateOf: { readonly name: string; readonly id: string } | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
  readonly closedAt: Date | null;
  /** Whether people were mailed about its creation. */
  readonly notified: boolean;
  readonly watching: readonly WatchDraft[];
  /** Usernames of those whom title and description mention; null when they are to be found there. */
  readonly mentions: readonly string[] | null;
  readonly comments: readonly CommentDraft[];
  /** Of fields that need no rules of their own. */
  readonly plain: TicketValues;
  /** What was done to the row that an operator should know of. */
  readonly notes: readonly string[];
}

/** Counts what was done to rows, for the end of the run. */
export class Notices {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** One line each, e.g. `29 × …`. */
  lines(): string[] {
    return [...this.#counts].map(([what, count]) => `${count.toLocaleString('en')} × ${what}`);
  }
}
