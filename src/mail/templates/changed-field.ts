import { inSentence } from '../in-sentence.js';
import { inWords } from './parts.js';

/** A field as it was and is; a long text has neither, only the fact that it changed. */
export interface ChangedField {
  /** As the schema names it, e.g. status. */
  field: string;
  from: string | null;
  to: string | null;
}

const LABELS: Readonly<Record<string, string>> = { duplicateOf: 'Duplicate of' };
const LONG_TEXTS: ReadonlySet<string> = new Set(['description', 'details']);
const ENUMS: ReadonlySet<string> = new Set(['status', 'priority', 'type']);

/** The name of a field, and what became of it. */
export function changeInWords({ field, from, to }: ChangedField): [name: string, value: string] {
  const name = LABELS[field] ?? inWords(field.replace(/[A-Z]/g, '_$&').toUpperCase());
  return [name, LONG_TEXTS.has(field) ? 'changed' : `${valueOf(field, from)} → ${valueOf(field, to)}`];
}

function valueOf(field: string, value: string | null): string {
  if (value === null) return 'none';
  return ENUMS.has(field) ? inWords(value) : inSentence(value);
}
