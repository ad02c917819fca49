import { type EntityManager } from '@mikro-orm/postgresql';
import { type Progress } from '../cli/progress.js';
import { ColumnReport } from './column-report.js';
import { mergeRest } from './comment-drafts.js';
import { type Drafted, draftTicket } from './draft-ticket.js';
import { type DraftRules } from './draft-rules.js';
import { type Originals } from './duplicates.js';
import { FaultReport } from './fault-report.js';
import { type DraftPeople, type People } from './people.js';
import { type Products } from './products.js';
import { readyTicket } from './ready-ticket.js';
import { type RowFault, type SourceFile } from './source-record.js';
import { Notices, type TicketDraft } from './ticket-draft.js';
import { type TicketSpool } from './ticket-spool.js';
import { existingComments, existingTickets } from './write-tickets.js';

/** Rows for which the database is asked at once which of them are here. */
const BATCH = 200;

type Good = Exclude<Drafted, { faults: RowFault[] }>;

export interface ReadingParts {
  readonly em: EntityManager;
  readonly source: SourceFile;
  readonly rules: DraftRules;
  readonly people: People;
  readonly products: Products;
  readonly spool: TicketSpool;
  /** Asked between rows; throws to break off. */
  readonly check: () => void;
  readonly progress: Progress;
}

/** Reads a file once, a row at a time: into the spool goes what is new here and right. */
export class ImportReading {
  readonly #parts: ReadingParts;
  readonly #lineOfId = new Map<string, number>();
  readonly #present = new Set<string>();
  /** Ids that comments of the file or of the database have. */
  readonly #commentIds = new Set<string>();
  readonly #originals = new Map<string, { name: string; id: string }>();
  readonly #assignees = new Set<string>();
  /** What is wrong with rows: they can be skipped. */
  readonly faults = new FaultReport();
  /** People and products that are missing: without an answer every such row would be lost. */
  readonly missing = new FaultReport();
  readonly notices = new Notices();
  readonly columns: ColumnReport;
  comments = 0;
  #rows = 0;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    this.columns = new ColumnReport(parts.source, parts.rules.preset.leftOut ?? {});
  }

  get alreadyThere(): number {
    return this.#present.size;
  }

  get originals(): Originals {
    return this.#originals;
  }

  get assignees(): ReadonlySet<string> {
    return this.#assignees;
  }

  isNew(id: string): boolean {
    return this.#lineOfId.has(id) && !this.#present.has(id);
  }

  async run(): Promise<void> {
    const { source, rules, check, progress } = this.#parts;
    let batch: Good[] = [];
    for await (const row of source.rows()) {
      check();
      const drafted = 'columns' in row ? draftTicket(row, rules) : { faults: [row] };
      if ('faults' in drafted) this.faults.add(drafted.faults);
      else if (this.#isFirst(drafted.draft)) batch.push(drafted);
      this.#rows += 1;
      if (batch.length < BATCH) continue;
      await this.#finish(batch);
      batch = [];
      progress.show(this.#rows);
    }
    await this.#finish(batch);
  }

  #isFirst({ id, line }: TicketDraft): boolean {
    const earlier = this.#lineOfId.get(id);
    if (earlier === undefined) this.#lineOfId.set(id, line);
    else {
      const message = `id: the row in line ${earlier} has the same.`;
      this.faults.add([{ line, message, group: 'id: another row has the same' }]);
    }
    return earlier === undefined;
  }

  async #finish(batch: readonly Good[]): Promise<void> {
    const present = await existingTickets(
      this.#parts.em,
      batch.map(({ draft }) => draft.id),
    );
    for (const id of present) this.#present.add(id);
    const fresh = batch.filter(({ draft }) => !present.has(draft.id));
    const taken = await existingComments(
      this.#parts.em,
      fresh.flatMap(({ draft }) => draft.comments.flatMap(({ id }) => id ?? [])),
    );
    for (const id of taken) this.#commentIds.add(id);
    for (const { draft, row } of fresh) {
      await this.#add({ ...draft, ...this.#withOwnCommentIds(draft) });
      this.columns.add(row);
    }
  }

  /** A row that was copied with its comments has their ids twice. */
  #withOwnCommentIds({ comments, notes }: TicketDraft): Pick<TicketDraft, 'comments' | 'notes'> {
    const all = new Set(notes);
    const own = comments.map((comment) => {
      const { id, rest } = comment;
      if (id === null) return comment;
      if (!this.#commentIds.has(id)) {
        this.#commentIds.add(id);
        return comment;
      }
      all.add('a comment whose id another comment has: it gets a new one; the details hold the id');
      return { ...comment, id: null, rest: mergeRest(rest, { id }) };
    });
    return { comments: own, notes: [...all] };
  }

  async #add(draft: TicketDraft): Promise<void> {
    const { people, products, spool } = this.#parts;
    const found = people.of(draft);
    const product = products.find(draft.product);
    const missing = [...found.faults, ...(product.fault ? [{ line: draft.line, ...product.fault }] : [])];
    if (missing.length > 0) {
      this.missing.add(missing);
      return;
    }
    const notes = new Set([...draft.notes, ...found.notes]);
    const ready = readyTicket(draft, found, product, (what) => notes.add(what));
    for (const note of notes) this.notices.add(note);
    if (draft.duplicateOf) this.#originals.set(draft.id, draft.duplicateOf);
    this.#noteAssignee(found);
    this.comments += ready.comments.length;
    await spool.add(ready);
  }

  #noteAssignee({ assignedTo }: DraftPeople): void {
    if (assignedTo) this.#assignees.add(assignedTo.id);
  }
}
