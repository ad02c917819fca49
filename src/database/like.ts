/** An ILIKE pattern that matches the text anywhere, and takes no character of it as a wildcard. NUL matches nothing. */
export function likePattern(text: string): string {
  return `%${text.replaceAll('\0', '').replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
