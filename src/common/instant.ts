const YEARS = /^(?!0000)\d{4}-/;

/** Whether the text is an instant as we write it, ISO 8601 in UTC with milliseconds, that PostgreSQL takes. */
export function isInstant(text: string): boolean {
  return YEARS.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;
}
