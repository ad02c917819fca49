import { isId } from '../common/id.js';
import { characters } from '../common/input-check.js';
import { isInvisible } from '../common/visible-text.js';
import { readComments } from './comment-drafts.js';
import { checkOrder } from './draft-instants.js';
import { type Attempt, readValues } from './draft-values.js';
import { MAX_LENGTHS, readDetails, type UncutTexts } from './draft-details.js';
import { type DraftRules, RowError } from './draft-rules.js';
import { importedId } from './imported-id.js';
import { readMentions } from './mention-drafts.js';
import { type ImportField } from './preset.js';
import { readPlainFields } from './plain-fields.js';
import { Row } from './row.js';
import { type RowFault, type SourceRecord } from './source-record.js';
import { type TicketDraft } from './ticket-draft.js';
import { readWatching } from './watch-drafts.js';
import { isBlank } from './vocabulary.js';

const CUT_TITLE = '…';
const CUT_DESCRIPTION = '\n\n[Cut by the import; the details hold the whole text.]';
/** For sources without titles. */
const BORROWED_TITLE = 80;

/** Words of the source that are kept beside what they became here. */
const WORDS: readonly ImportField[] = ['status', 'priority', 'type', 'resolution', 'product'];
const PEOPLE: readonly ImportField[] = ['createdBy', 'assignedTo'];

export type Drafted = { readonly draft: TicketDraft; readonly row: Row } | { readonly faults: RowFault[] };

/** Makes a ticket of a row, or gives everything that is wrong with the row. */
export function draftTicket(record: SourceRecord, rules: DraftRules): Drafted {
  const exact = rules.preset.exact === true;
  const keepsId = exact && isId(new Row(record, rules.mapping).value('id') ?? '');
  // In an export of Docket `none` and `-` are names that somebody gave, and what is missing is an empty cell.
  const row = new Row(record, rules.mapping, keepsId ? isInvisible : isBlank);
  const faults: RowFault[] = [];
  const notes = new Set<string>(record.notes);
  const note = (what: string) => void notes.add(what);
  /** Collects what one part finds wrong, so that a row's faults are told all at once. */
  const attempt: Attempt = (read, fallback) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      faults.push({ line: record.line, message: error.message, ...error.fault });
      return fallback;
    }
  };
  const instant = (field: ImportField) =>
    attempt(() => {
      const text = row.value(field);
      return text === null ? null : rules.instant(text, field);
    }, null);

  const externalId = attempt(() => row.value('id') ?? reject('id: it is empty.'), '');
  const id = importedId(rules.source, externalId, exact);
  const texts = attempt(() => readTexts(row, rules, note), { title: '', description: '' });
  const values = readValues(row, rules, attempt);
  const given = instant('createdAt');
  if (given === null && row.value('createdAt') === null) note('no time of creation: now stands in');
  const createdAt = given ?? rules.now;
  const stored: Partial<Record<ImportField, string>> = values;
  const words: Record<string, unknown> = keepsId ? {} : { source: rules.source, id: externalId };
  for (const field of [...WORDS, ...PEOPLE]) {
    const text = row.value(field);
    if (text === null) continue;
    if (row.hasMore(field)) note(`more than one value for ${field}: the first counts, the details hold all of them`);
    // The names of people and products are compared when their accounts are known.
    if (!exact || (stored[field] !== undefined && stored[field] !== text)) words[field] = text;
  }
  const { updatedAt, closedAt } = attempt(
    () =>
      checkOrder(
        { createdAt, updatedAt: instant('updatedAt'), closedAt: instant('closedAt') },
        { status: values.status, keepsEqual: exact, note, keep: (field) => void (words[field] = row.value(field)) },
      ),
    { updatedAt: null, closedAt: null },
  );
  const original = row.value('duplicateOf');
  if (original !== null && !exact) words['duplicateOf'] = original;
  const { comments, rests } = attempt(() => readComments(row, rules, createdAt, note), { comments: [], rests: [] });
  if (rests.length > 0) words['comments'] = rests;
  const draft: TicketDraft = {
    line: record.line,
    id,
    title: cut(texts.title, MAX_LENGTHS.title, CUT_TITLE),
    description: cut(texts.description, MAX_LENGTHS.description, CUT_DESCRIPTION),
    ...values,
    product: row.value('product'),
    createdBy: row.value('createdBy'),
    assignedTo: row.value('assignedTo'),
    duplicateOf: original === null ? null : { name: original, id: importedId(rules.source, original, exact) },
    createdAt,
    updatedAt,
    closedAt,
    notified: attempt(() => readNotified(row), true),
    watching: attempt(() => readWatching(row, rules, note), []),
    mentions: attempt(() => readMentions(row, note), null),
    comments,
    plain: readPlainFields(row, rules, attempt),
    details: attempt(() => readDetails(row, rules, words, texts, note), { own: null, rest: {}, words: {} }),
    notes: [],
  };
  if (draft.title !== texts.title) note('a title over 200 characters was cut; the details hold all of it');
  if (draft.description !== texts.description) {
    note('a description over 10,000 characters was cut; the details hold all of it');
  }
  return faults.length > 0 ? { faults } : { draft: { ...draft, notes: [...notes] }, row };
}

/** @throws RowError for what is neither true nor false */
function readNotified(row: Row): boolean {
  const text = row.value('notified')?.toLowerCase() ?? 'true';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new RowError(`notified: "${text}" is neither true nor false.`);
}

function reject(message: string): never {
  throw new RowError(message);
}

function cut(text: string, most: number, ending: string): string {
  if (characters(text) <= most) return text;
  return `${Array.from(text)
    .slice(0, most - characters(ending))
    .join('')}${ending}`;
}

/** A ticket needs both: what is missing is taken from the other, where that makes sense. */
function readTexts(row: Row, rules: DraftRules, note: (what: string) => void): UncutTexts {
  const { text: title } = row.text('title');
  const { text: description, rich } = row.text('description');
  if (rich) note('a description that is an object became plain text; the details hold the object');
  if (isInvisible(title) && rules.preset.titleFromDescription === true && !isInvisible(description)) {
    const firstLine = description.split('\n').find((line) => !isInvisible(line)) ?? '';
    return { title: cut(firstLine.trim(), BORROWED_TITLE, CUT_TITLE), description };
  }
  if (isInvisible(title)) throw new RowError('title: it is empty.');
  if (isInvisible(description)) {
    note('no description: the title stands in');
    return { title, description: title };
  }
  return { title, description };
}
