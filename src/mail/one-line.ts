/** Line breaks (U+0085, U+2028 and U+2029 among them), tabs and all other control characters. */
const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]+/gu;

/** Embeddings, overrides and isolates: they show what stands beside a name in another order (CVE-2021-42574). */
const BIDI_CONTROLS = /[\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Text from people that must stay on its line, as a name, a title or a header does: control characters become spaces, and
 * those that change the direction of the text around them are left out.
 */
export function oneLine(text: string): string {
  return text.replace(CONTROL_CHARACTERS, ' ').replace(BIDI_CONTROLS, '').trim();
}
