/** How many hues avatars have: --hue-0 and so on in controls.css. */
const HUES = 8;

const segmenter = new Intl.Segmenter();

/** Words that begin with a letter: others are no part of a name, such as (2). */
const WORD = /^\p{L}/u;

/** The first letter as people count them, with its accents. */
function letters(word: string): string {
  return segmenter.segment(word)[Symbol.iterator]().next().value?.segment ?? '';
}

function initials(name: string): string {
  const all = name.split(/\s+/).filter((word) => word !== '');
  const named = all.filter((word) => WORD.test(word));
  const words = named.length > 0 ? named : all;
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : ''];
  return `${letters(first)}${letters(last ?? '')}`.toUpperCase();
}

function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 4093;
  return sum % HUES;
}

/** A person's initials. The name stands beside it, or in the title. */
export function Avatar({ name, titled = false }: { name: string; titled?: boolean }) {
  return (
    <span className="avatar" data-hue={hueOf(name)} title={titled ? name : undefined}>
      <span aria-hidden="true">{initials(name)}</span>
      {titled && <span className="visually-hidden">{name}</span>}
    </span>
  );
}
