import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import { type Db } from '../database/db.js';
import { BadInputError } from '../common/errors.js';
import { characters } from '../common/input-check.js';

/** Maximum length of a search: more than people type. */
const MAX_SEARCH_LENGTH = 200;
/** Letters of a word that texts keep; the same number stands in database/migrations/initial/search-text.sql. */
const MAX_WORD_LENGTH = 48;
/** Beyond it the last word is taken as the beginning of one. */
const SHORTEST_PREFIX = 2;
/** Texts whose folding is remembered: pages, counts and counts of pages ask for the same one after the other. */
const MAX_REMEMBERED = 1000;
/** PostgreSQL's largest integer. */
const MAX_NUMBER = 2 ** 31 - 1;

/**
 * Letters of scripts that are written without blanks, and of Korean, whose words carry their particles: texts hold each
 * of them with the one after it (`search_pairs`), so that any part of a run is found.
 */
const UNSPACED =
  /[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3040-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\u{20000}-\u{3ffff}]+/u;
const RUNS = new RegExp(`(${UNSPACED.source})`, 'u');

/** What texts must hold a word for. */
export interface Term {
  readonly text: string;
  /** Whether a longer word that begins so will do. */
  readonly unfinished: boolean;
}

export interface SearchedText {
  /** All of them must be found. */
  readonly terms: readonly Term[];
  /** Of tickets: `#127` anywhere, or nothing but `127`. */
  readonly numbers: readonly number[];
}

const remembered = new LRUCache<string, readonly string[]>({ max: MAX_REMEMBERED });

/** The words of a text, folded as those of texts are. Folding never changes, so that it is asked for once. */
async function folded(db: Db, text: string): Promise<readonly string[]> {
  const known = remembered.get(text);
  if (known) return known;
  const answer = await db.first(sql<{ folded: string }>`select search_fold(${text}) as folded`);
  const words = [...new Set((answer?.folded ?? '').split(' ').filter((word) => word !== ''))];
  remembered.set(text, words);
  return words;
}

/** A run of letters that stand without blanks: each with the one after it; one alone begins such a pair, or ends a run. */
function pairsOf(run: string): Term[] {
  const letters = Array.from(run);
  if (letters.length === 1) return [{ text: run, unfinished: true }];
  return letters.slice(1).map((letter, index) => ({ text: `${letters[index]}${letter}`, unfinished: false }));
}

/** As much of a word as texts keep of it (`search_terms` in the database). */
function keptOf(word: string): string {
  return Array.from(word).slice(0, MAX_WORD_LENGTH).join('');
}

function termsOf(word: string, unfinished: boolean): Term[] {
  return word
    .split(RUNS)
    .filter((part) => part !== '')
    .flatMap((part, index, parts) =>
      UNSPACED.test(part)
        ? pairsOf(part)
        : {
            text: keptOf(part),
            unfinished: unfinished && index === parts.length - 1 && characters(part) >= SHORTEST_PREFIX,
          },
    );
}

function numbersIn(typed: string): number[] {
  const [, alone] = /^\s*(\d{1,10})\s*$/.exec(typed) ?? [];
  const named = Array.from(typed.matchAll(/#(\d{1,10})(?!\d)/g), ([, digits]) => digits);
  return [alone, ...named].map(Number).filter((number) => number <= MAX_NUMBER);
}

/**
 * What a person typed, by the same rules as texts are kept (docs/behaviour.md, "What search understands"). Of operators
 * and punctuation there remains nothing. Null: nothing was typed.
 * @throws BAD_USER_INPUT for a text that is too long
 */
export async function searchedText(db: Db, typed: string): Promise<SearchedText | null> {
  if (typed.length > MAX_SEARCH_LENGTH) {
    throw new BadInputError(
      `A search has at most ${MAX_SEARCH_LENGTH} characters, not ${typed.length.toLocaleString('en')}.`,
    );
  }
  if (typed.trim() === '') return null;
  // What PostgreSQL cannot hold separates words.
  const words = await folded(db, typed.toWellFormed().replaceAll(/[\0\uFFFD]/g, ' '));
  const endsInNumber = /#\d+\P{L}*$/u.test(typed);
  return {
    terms: words.flatMap((word, index) => termsOf(word, index === words.length - 1 && !endsInNumber)),
    numbers: numbersIn(typed),
  };
}
