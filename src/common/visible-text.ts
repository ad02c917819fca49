/**
 * Characters that show nothing: white space, control characters, what Unicode says is to be left out where it is not
 * supported (zero width characters, soft hyphens, fillers of Hangul, variation selectors, tags), and some of which Unicode
 * says so only in prose: the empty Braille pattern, placeholders of annotations and objects, a null notehead, the filler
 * of Khitan, and joiners of hieroglyphs.
 */
const INVISIBLE =
  /^(?:[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800\uFFF9-\uFFFC\u{1D159}\u{13430}-\u{1343F}]|\u{16FE4})*$/u;

/** Whether a text has no character that a person would see. */
export function isInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}
