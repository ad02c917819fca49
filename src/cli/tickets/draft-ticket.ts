import { characters } from '../../graphql/input-check.js';
import { isActive, TicketPriority, TicketStatus, TicketType } from '../../tickets/ticket.entity.js';
import { isInvisible } from '../../visible-text.js';
import { readComments } from './comment-drafts.js';
import { LONGEST, readDetails, type WholeTexts } from './draft-details.js';
import { type DraftRules, RowError } from './draft-rules.js';
import { importedId } from './imported-id.js';
import { readLabels } from './labels.js';
import { textOf, valueOf } from './mapping.js';
import { type ImportField } from './presets.js';
import { type SourceRecord } from './source-record.js';
import { type TicketDraft } from './ticket-draft.js';
import { type Dictionary, wordKey } from './vocabulary.js';

const CUT_TITLE = '…';
const CUT_DESCRIPTION = '\n\n[Cut by the import; the details hold the whole text.]';
/** For sources without titles. */
const BORROWED_TITLE = 80;

/** Makes a ticket of a row, or gives everything that is wrong with the row. */
export function draftTicket(record: SourceRecord, rules: DraftRules): TicketDraft | { faults: string[] } {
  const faults: string[] = [];
  const notes = new Set<string>();
  const note = (what: string) => void notes.add(what);
  /** Collects what one part finds wrong, so that a row's faults are told all at once. */
  const attempt = <Value>(read: () => Value, fallback: Value): Value => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      faults.push(error.message);
      return fallback;
    }
  };
  const instant = (field: ImportField) =>
    attempt(() => {
      const text = valueOf(record, rules.mapping, field);
      return text === null ? null : rules.instant(text, field);
    }, null);

  const externalId = attempt(() => valueOf(record, rules.mapping, 'id') ?? reject('id: it is empty.'), '');
  const id = importedId(rules.source, externalId, rules.preset.exact === true);
  const texts = attempt(() => readTexts(record, rules, note), { title: '', description: '' });
  const values = readValues(record, rules, attempt);
  const createdAt = instant('createdAt') ?? rules.now;
  if (valueOf(record, rules.mapping, 'createdAt') === null) note('no time of creation: now stands in');
  const { updatedAt, closedAt } = attempt(
    () =>
      checkOrder(rules, values.status, { createdAt, updatedAt: instant('updatedAt'), closedAt: instant('closedAt') }),
    { updatedAt: null, closedAt: null },
  );
  const original = valueOf(record, rules.mapping, 'duplicateOf');
  const draft = {
    line: record.line,
    id,
    title: cut(texts.title, LONGEST.title, CUT_TITLE),
    description: cut(texts.description, LONGEST.description, CUT_DESCRIPTION),
    details: attempt(() => readDetails(record, rules, externalId, texts), null),
    ...values,
    product: valueOf(record, rules.mapping, 'product'),
    createdBy: valueOf(record, rules.mapping, 'createdBy'),
    assignedTo: valueOf(record, rules.mapping, 'assignedTo'),
    duplicateOf: original === null ? null : importedId(rules.source, original, rules.preset.exact === true),
    createdAt,
    updatedAt,
    closedAt,
    comments: attempt(() => readComments(record, rules, { id, createdAt }, note), []),
  };
  if (draft.title !== texts.title) note('a title over 200 characters was cut; the details hold all of it');
  if (draft.description !== texts.description) {
    note('a description over 10,000 characters was cut; the details hold all of it');
  }
  return faults.length > 0 ? { faults } : { ...draft, notes: [...notes] };
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
function readTexts(record: SourceRecord, rules: DraftRules, note: (what: string) => void): WholeTexts {
  const title = textOf(record, rules.mapping, 'title');
  const description = textOf(record, rules.mapping, 'description');
  if (title === '' && rules.preset.titleFromDescription === true && description !== '') {
    const firstLine = description.split('\n').find((line) => !isInvisible(line)) ?? '';
    return { title: cut(firstLine.trim(), BORROWED_TITLE, CUT_TITLE), description };
  }
  if (title === '') throw new RowError('title: it is empty.');
  if (description === '') {
    note('no description: the title stands in');
    return { title, description: title };
  }
  return { title, description };
}

interface Values {
  status: TicketStatus;
  priority: TicketPriority;
  type: TicketType;
}

type Attempt = <Value>(read: () => Value, fallback: Value) => Value;

/** Requirements C17: what is not given is BUG, MEDIUM, OPEN. A word that is given must be a known one. */
function readValues(record: SourceRecord, rules: DraftRules, attempt: Attempt): Values {
  const { mapping, dictionaries } = rules;
  const labels = (mapping.get('labels') ?? []).flatMap((column) =>
    (record.columns.get(column) ?? []).flatMap((text) => text.split(/[,;]/)),
  );
  const fromLabels = readLabels(labels, dictionaries);
  const word = <Value extends string>(field: ImportField, dictionary: Dictionary<Value>): Value | undefined => {
    const text = valueOf(record, mapping, field);
    if (text === null) return undefined;
    return dictionary.get(wordKey(text)) ?? reject(`${field}: "${text}" is unknown. Say --value "${field}:${text}=…".`);
  };
  const status = attempt(() => word('status', dictionaries.status), undefined) ?? TicketStatus.OPEN;
  // GitHub closes what was done and what never will be alike, and tells the reason beside it.
  const completed = wordKey(valueOf(record, mapping, 'resolution') ?? '') === 'completed';
  return {
    status: status === TicketStatus.CLOSED && completed ? TicketStatus.DONE : status,
    priority:
      attempt(() => word('priority', dictionaries.priority), undefined) ?? fromLabels.priority ?? TicketPriority.MEDIUM,
    type: attempt(() => word('type', dictionaries.type), undefined) ?? fromLabels.type ?? TicketType.BUG,
  };
}

interface Instants {
  createdAt: Date;
  updatedAt: Date | null;
  closedAt: Date | null;
}

function checkOrder(rules: DraftRules, status: TicketStatus, { createdAt, updatedAt, closedAt }: Instants) {
  if (updatedAt && updatedAt < createdAt) throw new RowError('updatedAt lies before createdAt.');
  if (closedAt && closedAt < createdAt) throw new RowError('closedAt lies before createdAt.');
  const changed = updatedAt && (rules.preset.exact === true || updatedAt > createdAt);
  return {
    updatedAt: changed ? updatedAt : null,
    closedAt: isActive(status) ? null : (closedAt ?? updatedAt ?? createdAt),
  };
}
