import { RowError } from './draft-rules.js';
import { option } from './option-text.js';
import { type Dictionary, wordKey } from './vocabulary.js';

/** Letters that may be wrong or missing for a word to be offered: one in three. */
const MISSPELT = 1 / 3;

/** By dictionary and word: the same word may be in every row. */
const known = new WeakMap<Dictionary<string>, Map<string, string>>();

/** The fault of a word that nothing is known about, with the option that says what it means. */
export function unknownWord(field: string, text: string, dictionary: Dictionary<string>): RowError {
  const near = known.get(dictionary)?.get(text) ?? nearest(wordKey(text), dictionary) ?? 'VALUE';
  known.set(dictionary, (known.get(dictionary) ?? new Map<string, string>()).set(text, near));
  const values = [...new Set(dictionary.values())].join(', ');
  return new RowError(`${field}: "${text}" is unknown; it must be said which of ${values} it is.`, {
    options: [option('value', `${field}:${text}=${near}`)],
  });
}

/** The value whose word is spelt almost alike. */
function nearest(key: string, dictionary: Dictionary<string>): string | undefined {
  let best: { value: string; distance: number } | undefined;
  for (const [word, value] of dictionary) {
    const distance = editDistance(key, word);
    if (distance <= key.length * MISSPELT && distance < (best?.distance ?? Infinity)) best = { value, distance };
  }
  return best?.value;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? a.length;
}
