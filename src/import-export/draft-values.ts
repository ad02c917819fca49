import { TicketPriority, TicketStatus, TicketType } from '../tickets/ticket.entity.js';
import { type DraftRules } from './draft-rules.js';
import { readLabels } from './labels.js';
import { type Row } from './row.js';
import { type Dictionary, wordKey } from './vocabulary.js';
import { unknownWord } from './word-advice.js';

export interface Values {
  status: TicketStatus;
  priority: TicketPriority;
  type: TicketType;
}

/** Runs a part of the reading of a row; gives the fallback when the part finds a fault, which is kept. */
export type Attempt = <Value>(read: () => Value, fallback: Value) => Value;

/** What is not given is BUG, MEDIUM, OPEN. A word that is given must be a known one. */
export function readValues(row: Row, { dictionaries }: DraftRules, attempt: Attempt): Values {
  const fromLabels = readLabels(
    row.texts('labels').flatMap((text) => text.split(/[,;]/)),
    dictionaries,
  );
  const word = <Value extends string>(field: keyof Values, dictionary: Dictionary<Value>): Value | undefined => {
    const text = row.value(field);
    if (text === null) return undefined;
    const value = dictionary.get(wordKey(text));
    if (value === undefined) throw unknownWord(field, text, dictionary);
    return value;
  };
  const status = attempt(() => word('status', dictionaries.status), undefined) ?? TicketStatus.OPEN;
  // GitHub closes what was done and what never will be alike, and tells the reason beside it.
  const completed = wordKey(row.value('resolution') ?? '') === 'completed';
  return {
    status: status === TicketStatus.CLOSED && completed ? TicketStatus.DONE : status,
    priority:
      attempt(() => word('priority', dictionaries.priority), undefined) ?? fromLabels.priority ?? TicketPriority.MEDIUM,
    type: attempt(() => word('type', dictionaries.type), undefined) ?? fromLabels.type ?? TicketType.BUG,
  };
}
