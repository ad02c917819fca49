import { type Term } from './searched-text.js';

/** Marks a word that only internal comments hold. No word of a text begins with it. */
const INTERNAL_MARK = '=';

/** Texts must hold one of each group. */
export type TermGroups = readonly (readonly Term[])[];

/** The same with the words of internal comments. */
export function withInternal(groups: TermGroups): TermGroups {
  return groups.map((group) => [...group, ...group.map((term) => ({ ...term, text: `${INTERNAL_MARK}${term.text}` }))]);
}

/** As PostgreSQL's tsquery. No folded word holds a quote or a backslash. */
export function wordQuery(groups: TermGroups): string {
  return groups
    .map((group) => `(${group.map(({ text, unfinished }) => `'${text}'${unfinished ? ':*' : ''}`).join(' | ')})`)
    .join(' & ');
}
