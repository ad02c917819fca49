/** An option as it is typed into a shell: in quotes where the shell would take it apart. */
export function option(name: string, value: string): string {
  return `--${name} ${quoted(value)}`;
}

function quoted(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  // Within double quotes a shell still runs commands, and an interactive one recalls its history at `!`.
  return /["$\\`!]/.test(text) ? `'${text.replaceAll("'", String.raw`'\''`)}'` : `"${text}"`;
}
