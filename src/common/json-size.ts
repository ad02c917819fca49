/** As PostgreSQL's jsonb writes a number: in full, where JavaScript and JSON shorten it by an exponent. */
function digitsOf(number: number): number {
  const written = String(number);
  const [, whole, fraction = '', exponent] = /^-?(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(written) ?? [];
  if (whole === undefined) return written.length;
  const shift = Number(exponent);
  // 0. and the zeros after it, or the zeros behind.
  return shift < 0 ? 1 - shift + whole.length + fraction.length : whole.length + Math.max(shift, fraction.length);
}

/**
 * How many bytes a JSON value takes as it is stored and shown, without blanks. The value nests no deeper than
 * `InputCheck.json` allows.
 */
export function storedSize(value: unknown): number {
  if (typeof value === 'number') return digitsOf(value);
  if (typeof value !== 'object' || value === null) return Buffer.byteLength(JSON.stringify(value) ?? '');
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 1 + storedSize(item), 2);
  return Object.entries(value).reduce(
    (sum, [name, inside]) => sum + 2 + Buffer.byteLength(JSON.stringify(name)) + storedSize(inside),
    2,
  );
}
