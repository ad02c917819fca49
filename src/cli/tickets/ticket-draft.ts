import { type TicketPriority, type TicketStatus, type TicketType } from '../../tickets/ticket.entity.js';

/** A comment as it will be stored, but for its author. */
export interface CommentDraft {
  readonly id: string;
  readonly content: string;
  readonly internal: boolean;
  /** As the source names them; null for nobody. */
  readonly author: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** A ticket as it will be stored, but for its people and its product, which stand as the source names them. */
export interface TicketDraft {
  readonly line: number;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly details: Record<string, unknown> | null;
  readonly type: TicketType;
  readonly priority: TicketPriority;
  readonly status: TicketStatus;
  readonly product: string | null;
  readonly createdBy: string | null;
  readonly assignedTo: string | null;
  /** The id of the original, which may be in the file, in the database, or nowhere. */
  readonly duplicateOf: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
  readonly closedAt: Date | null;
  readonly comments: readonly CommentDraft[];
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
