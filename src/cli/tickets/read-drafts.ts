import { draftTicket } from './draft-ticket.js';
import { type DraftRules } from './draft-rules.js';
import { type RowFault, type SourceFile } from './source-record.js';
import { type TicketDraft } from './ticket-draft.js';

/** Makes tickets of a file's rows; every fault of every row is told, in the order of the lines. */
export function readDrafts(file: SourceFile, rules: DraftRules): { drafts: TicketDraft[]; faults: RowFault[] } {
  const drafts: TicketDraft[] = [];
  const faults: RowFault[] = [...file.faults];
  const lineOfId = new Map<string, number>();
  for (const record of file.records) {
    const { line } = record;
    const drafted = draftTicket(record, rules);
    if ('faults' in drafted) {
      faults.push(...drafted.faults.map((message) => ({ line, message })));
      continue;
    }
    const earlier = lineOfId.get(drafted.id);
    if (earlier === undefined) {
      lineOfId.set(drafted.id, line);
      drafts.push(drafted);
    } else {
      faults.push({ line, message: `id: the row in line ${earlier} has the same.` });
    }
  }
  return { drafts, faults: faults.toSorted((a, b) => a.line - b.line) };
}
